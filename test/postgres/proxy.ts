import { connect, createServer, type Server, type Socket } from 'node:net';

/** Where a connection is cut: before the server gets a message, or once it has answered it. */
export type Cut = { at: number; when: 'before' | 'after' };

/** A TCP proxy before a server that cuts a connection at a message. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #cut: Cut | null = null;
  #messages = 0;
  #isFrozen = false;

  constructor(port: number) {
    this.#server = createServer((client) => this.#pass(client, connect(port, '127.0.0.1')));
  }

  listen(at = 0): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(at, '127.0.0.1', () => resolve((this.#server.address() as { port: number }).port));
    });
  }

  /** From now on the so-manieth message of a client is the last of its connection; `null`: none. */
  arm(cut: Cut | null): void {
    this.#messages = 0;
    this.#cut = cut;
  }

  /** Whether the connection was cut as asked. */
  get hasCut(): boolean {
    return this.#cut === null;
  }

  /** From now on nothing passes any more, either way; connections stay open. */
  freeze(): void {
    this.#isFrozen = true;
  }

  /** Closes what was frozen, and lets new connections pass. */
  thaw(): void {
    this.#isFrozen = false;
    for (const socket of this.#open) socket.destroy();
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
  }

  #pass(client: Socket, server: Socket): void {
    let isLast = false;
    const end = (): void => {
      client.destroy();
      server.destroy();
    };
    for (const socket of [client, server]) {
      this.#open.add(socket);
      socket.on('close', end).on('error', end);
    }
    client.on('data', (data) => {
      if (this.#isFrozen) return;
      this.#messages += 1;
      const cut = this.#cut?.at === this.#messages ? this.#cut : null;
      if (cut !== null) this.#cut = null;
      if (cut?.when === 'before') return end();
      isLast = cut !== null;
      server.write(data);
    });
    server.on('data', (data) => {
      if (isLast) end();
      else client.write(data);
    });
  }
}
