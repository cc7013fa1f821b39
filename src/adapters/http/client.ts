import type { HttpCall, HttpEnd, HttpEvent } from './call.js';
import { Clocks } from './clocks.js';
import { Exchange } from './exchange.js';

/**
 * Sends a request and yields the response on demand: a slow consumer makes the provider wait, which never counts as
 * idle. Sends once; follows redirects to the same origin only. Never throws for a foreseen cause.
 */
export async function* callProvider(call: HttpCall): AsyncGenerator<HttpEvent, HttpEnd, void> {
  const { url, body, proxy, connectTimeoutMs } = call;
  const kind = url.protocol === 'https:' ? 'https' : 'http';
  const lane = await call.connections.lane(url, { kind, proxy, connectTimeoutMs });
  if (call.stop.isOver()) return { ended: 'cancelled' };
  const clocks = new Clocks(call, (error) => exchange.destroy(error));
  const headers = { 'accept-encoding': ENCODINGS, ...call.headers };
  const exchange = new Exchange({ url, body, headers, lane, onReady: () => clocks.ready() });
  try {
    const { statusCode = 0, headers: received } = await exchange.opened();
    yield { type: 'response', status: statusCode, headers: received };
    for (;;) {
      const bytes = exchange.take() ?? (await waited(exchange, clocks));
      clocks.heard();
      if (bytes === null) return { ended: 'complete' };
      yield { type: 'chunk', bytes };
    }
  } catch (error) {
    return clocks.end ?? broken(error);
  } finally {
    clocks.stop();
    if (call.isComplete()) exchange.letEnd();
    else exchange.destroy(new Error('no longer needed'));
  }
}

/** What `encodings.ts` decodes. */
const ENCODINGS = 'gzip, deflate, br';

/** The next part of the body, once it has come; `null`: the body has ended. */
async function waited(exchange: Exchange, clocks: Clocks): Promise<Uint8Array | null> {
  clocks.wait();
  return await exchange.next();
}

function broken(error: unknown): HttpEnd {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return { ended: 'broken', code: String(code ?? 'unknown'), message: String(message ?? error) };
}
