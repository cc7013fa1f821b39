import { createServer, type Server, type Socket } from 'node:net';

/** A server that accepts connections, reads all, and never answers. */
export class SilentServer {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #waiting: (() => void)[] = [];
  /** How many connections it was asked for. */
  count = 0;

  constructor() {
    this.#server = createServer((socket) => {
      this.#open.add(socket);
      this.count += 1;
      for (const go of this.#waiting.splice(0)) go();
      socket.on('error', () => {}).resume();
    });
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () => resolve((this.#server.address() as { port: number }).port));
    });
  }

  /** The next connection. */
  connected(): Promise<void> {
    return new Promise((go) => this.#waiting.push(go));
  }

  close(): void {
    for (const socket of this.#open) socket.destroy();
    this.#server.close();
  }
}
