import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProviderCall } from '../domain/attempt.js';
import type { Failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import type { CallBook } from './call-book.js';
import type { Session, Visit } from './serve.js';
import type { OpenSession } from './session.js';
import type { GatewayWorld } from './world.js';

/** The gateway of one attempt: a port of this machine through which the calls of its tool pass to their provider. */
export interface Gateway {
  /** What the tool gets in place of its base URL; it holds the token of this attempt. */
  url: string;
  /** Loads what serves calls, once the tool is about to start. */
  load(): void;
  /** The calls that have ended. */
  calls(): readonly ProviderCall[];
  /** Why the run could not go on; `null`: it could. */
  ending(): Failure | null;
  /** Whether a call was refused. */
  hasRefused(): boolean;
  /** Ends all that is still open, settles it, and closes the port. */
  close(): Promise<void>;
}

/** Opens a gateway; the error is a sentence. */
export async function openGateway(world: GatewayWorld): Promise<Result<Gateway, string>> {
  const token = randomBytes(18).toString('base64url');
  const closing = new AbortController();
  const session = new LazySession(world, { token, closing: closing.signal });
  const open = new Set<Promise<void>>();
  let bug: { error: unknown } | null = null;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const done = session
      .serve({ request, response })
      .catch((error: unknown) => {
        bug ??= { error };
        response.destroy();
      })
      .finally(() => open.delete(done));
    open.add(done);
  };
  const server = createServer(SERVER, handle);
  // A tool may wait for minutes between two calls.
  server.keepAliveTimeout = 0;
  server.unref();
  const trouble = await listening(server);
  if (trouble !== null) return err(`the gateway cannot listen on this machine: ${trouble}`);
  const { port } = server.address() as AddressInfo;
  return ok({
    url: `http://127.0.0.1:${port}/${token}`,
    load: () => void session.opened(),
    calls: () => session.book?.calls ?? [],
    ending: () => session.book?.ending ?? null,
    hasRefused: () => session.book?.hasRefused ?? false,
    close: async () => {
      server.close();
      closing.abort();
      await Promise.all(open);
      server.closeAllConnections();
      if (bug !== null) throw bug.error;
    },
  });
}

/** What serves requests. Its code is loaded while the tool starts, which takes longer. */
class LazySession {
  book: CallBook | null = null;
  #opening: Promise<OpenSession> | null = null;
  readonly #world: GatewayWorld;
  readonly #place: Pick<Session, 'token' | 'closing'>;

  constructor(world: GatewayWorld, place: Pick<Session, 'token' | 'closing'>) {
    this.#world = world;
    this.#place = place;
  }

  opened(): Promise<OpenSession> {
    this.#opening ??= this.#open();
    return this.#opening;
  }

  async serve(visit: Visit): Promise<void> {
    const session = await this.opened();
    return session.serve(visit);
  }

  async #open(): Promise<OpenSession> {
    const { openSession } = await import('./session.js');
    const session = openSession(this.#world, this.#place);
    this.book = session.book;
    return session;
  }
}

const SERVER = { maxHeaderSize: 64 * 1024, requestTimeout: 0, headersTimeout: 60_000 };

/** `null`: it listens; else the code of the system. */
function listening(server: Server): Promise<string | null> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(codeOf(error) ?? String(error)));
    server.listen(0, '127.0.0.1', () => resolve(null));
  });
}
