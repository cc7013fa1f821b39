import type { ClientRequest, IncomingMessage } from 'node:http';
import { keepAliveAgent, onReady } from './agents.js';
import type { Headers } from './limits.js';

/** One call of a provider, and its time limits. */
export interface HttpCall {
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** `null`: a GET. */
  body: string | null;
  /** URL of the proxy; `null`: none. */
  proxy: string | null;
  /** Until the connection is ready to send: name, proxy and TLS included, ms. */
  connectTimeoutMs: number;
  /** Longest silence of a ready connection while we wait for it, ms. */
  idleTimeoutMs: number | null;
  /** The whole call, ms. */
  timeoutMs: number;
  /** Ends the call. */
  signal: AbortSignal;
  /** Whether its answer is complete: the rest is not waited for, and the connection is reused if it ends cleanly. */
  isComplete: () => boolean;
  /** How long to wait for the rest after a finished answer, ms; `null`: it is not finished. */
  graceMs: () => number | null;
}

export type HttpEvent =
  | { type: 'response'; status: number; headers: Headers }
  | { type: 'chunk'; bytes: Uint8Array };

/** Why a call ended. `broken` has the error of the system or the connection. */
export type HttpEnd =
  | { ended: 'complete' }
  | { ended: 'timeout'; phase: 'connect' | 'first_output' | 'idle' | 'attempt' }
  | { ended: 'cancelled' }
  | { ended: 'broken'; code: string; message: string };

/** How long a connection may take to end after a complete answer before it is closed, ms. */
const LAST_WORDS_MS = 500;

/**
 * Sends a request and yields the response on demand: a slow consumer makes the provider wait, which never counts as
 * idle. Sends once; follows redirects to the same origin only. Never throws for a foreseen cause.
 */
export async function* callProvider(call: HttpCall): AsyncGenerator<HttpEvent, HttpEnd, void> {
  if (call.signal.aborted) return { ended: 'cancelled' };
  const stream = await openStream(call);
  const clocks = new Clocks(call, (error) => stream.destroy(error));
  const seen: Seen = { refusal: null };
  stream.on('error', () => undefined);
  stream.on('request', (request) => observe(request as ClientRequest, seen, clocks));
  try {
    const response = await responseOf(stream);
    yield { type: 'response', status: response.statusCode ?? 0, headers: response.headers };
    const chunks = stream[Symbol.asyncIterator]();
    for (;;) {
      clocks.wait();
      const chunk = await chunks.next();
      clocks.heard();
      if (chunk.done === true) return { ended: 'complete' };
      yield { type: 'chunk', bytes: chunk.value as Uint8Array };
    }
  } catch (error) {
    if (clocks.end !== null) return clocks.end;
    const early = clocks.wasHeard ? null : seen.refusal;
    if (early === null) return broken(error);
    yield { type: 'response', status: early.statusCode ?? 0, headers: early.headers };
    const bytes: unknown = early.read();
    if (bytes instanceof Uint8Array) yield { type: 'chunk', bytes };
    return { ended: 'complete' };
  } finally {
    clocks.stop();
    if (call.isComplete()) await letEnd(stream);
    else stream.destroy();
  }
}

/** What Node shows of a request before got hands it on. */
interface Seen {
  /**
   * The start of a refusal: a server that refuses a large request closes the connection while that is being sent, and got then gives
   * the error of the connection and drops the answer.
   */
  refusal: IncomingMessage | null;
}

function observe(request: ClientRequest, seen: Seen, clocks: Clocks): void {
  clocks.watch(request);
  request.prependOnceListener('response', (response) => {
    if ((response.statusCode ?? 0) >= 400) seen.refusal = response;
  });
  request.once('upgrade', (_response, socket) => {
    // The connection is no longer HTTP and has no other owner: open, it would keep the process alive.
    socket.destroy();
    const message = 'it switched to another protocol';
    clocks.finish({ ended: 'broken', code: 'ERR_UPGRADED', message });
  });
}

type GotStream = Awaited<ReturnType<typeof openStream>>;

async function openStream(call: HttpCall) {
  const kind = call.url.protocol === 'https:' ? 'https' : 'http';
  const [{ got }, agent] = await Promise.all([import('got'), keepAliveAgent({ ...call, kind })]);
  return got.stream(call.url, {
    headers: call.headers,
    ...(call.body === null ? { method: 'GET' } : { method: 'POST', body: call.body }),
    agent: { [kind]: agent },
    retry: { limit: 0 },
    throwHttpErrors: false,
    decompress: true,
    followRedirect: redirectRule(call.url),
    https: { rejectUnauthorized: true },
  });
}

/** The prompt is sent again at each redirect. */
const MAX_REDIRECTS = 3;

/** Follows redirects that keep the method, to the same origin: the key goes nowhere else. A loop is not followed. Asked twice by got. */
function redirectRule(from: URL): (response: Redirecting) => boolean {
  return ({ headers, statusCode, redirectUrls }) => {
    const location = headers.location ?? '';
    const visited = [from, ...redirectUrls];
    const here = visited.at(-1) ?? from;
    if ((statusCode !== 307 && statusCode !== 308) || !URL.canParse(location, here.href)) return false;
    const to = new URL(location, here);
    const isLoop = visited.some(({ href }) => href === to.href) || redirectUrls.length >= MAX_REDIRECTS;
    return to.origin === from.origin && !isLoop;
  };
}

type Redirecting = Pick<IncomingMessage, 'headers' | 'statusCode'> & { redirectUrls: readonly URL[] };

function responseOf(stream: GotStream): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    stream.once('response', resolve);
    stream.once('error', reject);
  });
}

function broken(error: unknown): HttpEnd {
  const { code, message } = Object(error) as { code?: unknown; message?: unknown };
  return { ended: 'broken', code: String(code ?? 'unknown'), message: String(message ?? error) };
}

/** After a complete answer the response usually ends at once, and the connection can be reused. */
async function letEnd(stream: GotStream): Promise<void> {
  const timer = setTimeout(() => stream.destroy(), LAST_WORDS_MS);
  stream.once('close', () => clearTimeout(timer));
  stream.once('end', () => clearTimeout(timer));
  stream.resume();
}

/** The time limits of one call; the first that expires ends it. */
class Clocks {
  /** The limit that ended the call; `null`: none. */
  end: HttpEnd | null = null;
  /** A part of the body came. */
  wasHeard = false;
  private phase: 'connect' | 'first_output' | 'idle' = 'connect';
  private readonly attempt: NodeJS.Timeout;
  private silence: NodeJS.Timeout;
  private grace: NodeJS.Timeout | null = null;
  private readonly onAbort = (): void => this.finish({ ended: 'cancelled' });

  constructor(
    private readonly call: HttpCall,
    private readonly destroy: (error: Error) => void,
  ) {
    this.attempt = setTimeout(() => this.finish({ ended: 'timeout', phase: 'attempt' }), call.timeoutMs);
    this.silence = this.startSilence(call.connectTimeoutMs);
    call.signal.addEventListener('abort', this.onAbort, { once: true });
  }

  /** Starts the clock of the first output as soon as the request has a connection that is ready. */
  watch(request: ClientRequest): void {
    request.once('socket', (socket) => onReady(socket, () => this.ready()));
  }

  /** Starts the idle clock while we wait; after a finished answer a short total limit applies. */
  wait(): void {
    clearTimeout(this.silence);
    const graceMs = this.call.graceMs();
    if (graceMs !== null) this.grace ??= setTimeout(() => this.finish({ ended: 'complete' }), graceMs);
    if (this.call.idleTimeoutMs !== null) this.silence = this.startSilence(this.call.idleTimeoutMs);
  }

  /** Stops the idle clock when data arrives, since our own processing does not count as silence. */
  heard(): void {
    this.phase = 'idle';
    this.wasHeard = true;
    clearTimeout(this.silence);
  }

  stop(): void {
    clearTimeout(this.attempt);
    clearTimeout(this.silence);
    if (this.grace !== null) clearTimeout(this.grace);
    this.call.signal.removeEventListener('abort', this.onAbort);
  }

  private ready(): void {
    if (this.phase !== 'connect') return;
    this.phase = 'first_output';
    this.wait();
  }

  private startSilence(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.finish({ ended: 'timeout', phase: this.phase }), ms);
  }

  /** Ends the call, with the first given reason. */
  finish(end: HttpEnd): void {
    this.end ??= end;
    this.destroy(new Error(end.ended));
  }
}
