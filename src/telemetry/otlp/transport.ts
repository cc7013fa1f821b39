import type { Agent, ClientRequest, IncomingMessage } from 'node:http';
import type { Environment } from '../../adapters/adapter.js';
import { keepAliveAgent } from '../../adapters/http/agents.js';
import { connectionProblem } from '../../adapters/http/outcome.js';
import { proxyFor, proxyTrouble } from '../../adapters/http/proxy.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Target } from './settings.js';

/** Statuses after which OTLP allows another try. */
const RETRIED: readonly number[] = [429, 502, 503, 504];
const FIRST_DELAY_MS = 1000;
const MOST_DELAY_MS = 5000;

/** What Node throws for a name or value that no header can have. */
const HEADER_FAULTS: readonly string[] = ['ERR_INVALID_CHAR', 'ERR_INVALID_HTTP_TOKEN'];

/** An answer of a collector is a few bytes; of a larger one this much is read. */
const MOST_ANSWER_BYTES = 65_536;

/** How one request ended. */
type Ended =
  | { is: 'accepted'; body: Uint8Array }
  | { is: 'refused'; why: string }
  | { is: 'busy'; why: string; retryAfterMs: number | null };

/**
 * Sends exports by HTTP, and tries those again that a collector was too busy for. Nothing of it keeps a process alive, follows a
 * redirect, or goes on after `shutdown`.
 */
export class OtlpTransport {
  readonly #target: Target;
  readonly #env: Environment;
  readonly #ended = new AbortController();
  #agent: Promise<Agent> | null = null;
  /** No try begins after this, by `performance.now()`. */
  #lastTryMs = Number.POSITIVE_INFINITY;

  constructor(target: Target, env: Environment) {
    this.#target = target;
    this.#env = env;
  }

  /** What is being sent has until then, by `performance.now()`. */
  endBy(ms: number): void {
    this.#lastTryMs = ms;
  }

  /** The body of the answer; the error: why it was not accepted. */
  async send(plain: Uint8Array): Promise<Result<Uint8Array, string>> {
    if (this.#ended.signal.aborted) return err('it came after the end');
    const { timeoutMs, isCompressed } = this.#target;
    const data = isCompressed ? await compressed(plain) : plain;
    const endMs = performance.now() + timeoutMs;
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(delayMs * 2, MOST_DELAY_MS)) {
      const ended = await this.#post(data, Math.max(1, endMs - performance.now()));
      if (ended.is === 'accepted') return ok(ended.body);
      if (ended.is === 'refused') return err(ended.why);
      const pauseMs = ended.retryAfterMs ?? delayMs;
      const isLast = performance.now() + pauseMs >= Math.min(endMs, this.#lastTryMs);
      if (isLast || this.#ended.signal.aborted) return err(ended.why);
      await this.#pause(pauseMs);
    }
  }

  shutdown(): void {
    this.#ended.abort();
    this.#agent?.then(
      (agent) => agent.destroy(),
      () => undefined,
    );
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#ended;
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      timer.unref();
      signal.addEventListener('abort', end);
    });
  }

  async #post(body: Uint8Array, limitMs: number): Promise<Ended> {
    const url = new URL(this.#target.url);
    const kind = url.protocol === 'https:' ? 'https' : 'http';
    if (proxyTrouble(url, this.#env) !== null) return { is: 'refused', why: 'the proxy cannot be used' };
    const proxy = proxyFor(url, this.#env);
    this.#agent ??= keepAliveAgent({ kind, proxy, connectTimeoutMs: limitMs });
    const agent = await this.#agent;
    const { request: open } = kind === 'https' ? await import('node:https') : await import('node:http');
    const { headers, protocol, isCompressed } = this.#target;
    const own = {
      'content-type': protocol === 'http/json' ? 'application/json' : 'application/x-protobuf',
      ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
      'content-length': body.length,
      'user-agent': 'llm-router',
    };
    try {
      const request = open(url, { method: 'POST', agent, headers: { ...headers, ...own } });
      const answer = answerTo(request, limitMs, this.#ended.signal);
      request.end(body);
      return await answer;
    } catch (error) {
      const isHeader = HEADER_FAULTS.includes((error as NodeJS.ErrnoException).code ?? '');
      const why = isHeader ? 'a header of `telemetry.otlp` cannot be sent' : 'the proxy cannot be used';
      return { is: 'refused', why };
    }
  }
}

async function compressed(data: Uint8Array): Promise<Uint8Array> {
  const { gzip } = await import('node:zlib');
  return new Promise((resolve, reject) => {
    gzip(data, (error, packed) => (error === null ? resolve(packed) : reject(error)));
  });
}

function answerTo(request: ClientRequest, limitMs: number, ended: AbortSignal): Promise<Ended> {
  return new Promise((resolve) => {
    const finish = (end: Ended): void => {
      clearTimeout(timer);
      ended.removeEventListener('abort', stop);
      resolve(end);
    };
    const stop = (): void => {
      finish({ is: 'refused', why: 'there was no answer in time' });
      request.destroy();
    };
    const timer = setTimeout(stop, limitMs);
    timer.unref();
    ended.addEventListener('abort', stop);
    request.once('socket', (socket) => socket.unref());
    request.once('response', (response) => readAnswer(response, finish));
    request.on('error', (error: NodeJS.ErrnoException) => {
      const why = connectionProblem(error.code ?? '', error.message);
      finish({ is: 'busy', why, retryAfterMs: null });
    });
  });
}

function readAnswer(response: IncomingMessage, finish: (end: Ended) => void): void {
  const { statusCode: status = 0, headers } = response;
  const chunks: Buffer[] = [];
  let size = 0;
  const done = (): void => {
    const why = `it answered ${status}`;
    if (status >= 200 && status < 300) finish({ is: 'accepted', body: Buffer.concat(chunks) });
    else if (!RETRIED.includes(status)) finish({ is: 'refused', why });
    else finish({ is: 'busy', why, retryAfterMs: delayOf(headers['retry-after']) });
  };
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size > MOST_ANSWER_BYTES) response.destroy();
  });
  response.once('end', done);
  response.once('close', done);
  response.on('error', done);
}

function delayOf(header: string | undefined): number | null {
  if (header === undefined) return null;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
