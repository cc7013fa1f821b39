import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ProviderCall } from '../domain/attempt.js';
import type { Failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { CallBook } from './call-book.js';
import { serve } from './serve.js';
import type { GatewayWorld } from './world.js';

/** The gateway of one attempt: a port of this machine through which the calls of its tool pass to their provider. */
export interface Gateway {
  /** What the tool gets in place of its base URL; it holds the token of this attempt. */
  url: string;
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
  const book = new CallBook(world);
  const closing = new AbortController();
  const open = new Set<Promise<void>>();
  let bug: { error: unknown } | null = null;
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const done = serve({ request, response }, { world, book, token, closing: closing.signal })
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
    calls: () => book.calls,
    ending: () => book.ending,
    hasRefused: () => book.hasRefused,
    close: async () => {
      server.close();
      closing.abort();
      await Promise.all(open);
      server.closeAllConnections();
      if (bug !== null) throw bug.error;
    },
  });
}

const SERVER = { maxHeaderSize: 64 * 1024, requestTimeout: 0, headersTimeout: 60_000 };

/** `null`: it listens; else the code of the system. */
function listening(server: Server): Promise<string | null> {
  return new Promise((resolve) => {
    server.once('error', (error) => resolve(codeOf(error) ?? String(error)));
    server.listen(0, '127.0.0.1', () => resolve(null));
  });
}
