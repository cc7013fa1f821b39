import { type ClientRequest, type IncomingMessage, request as send } from 'node:http';
import type { Readable } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import { onReady, onTaken } from './agents.js';
import type { Lane } from './connections.js';

/** What is sent, and on which connections. */
export interface Sent {
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** `null`: a GET. */
  body: string | null;
  lane: Lane;
  /** Called when a connection is ready to send, TLS included. */
  onReady: () => void;
}

/** How many bytes may wait for their reader before the provider has to wait. */
const MOST_WAITING_BYTES = 64 * 1024;

/** How long a connection may take to end after a complete answer before it is closed, ms. */
const LAST_WORDS_MS = 500;

/** One request and its response, redirects and compression included. Errors reject the call that waits, or the next one. */
export class Exchange {
  /** The response; `null`: it has not started. */
  response: IncomingMessage | null = null;
  /** `null`: it is not its turn yet. */
  private request: ClientRequest | null = null;
  private readonly visited: URL[];
  private readonly waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private body: Readable | null = null;
  private hasEnded = false;
  private isIgnored = false;
  private problem: Error | null = null;
  private wake: () => void = () => undefined;

  constructor(private readonly sent: Sent) {
    this.visited = [sent.url];
    sent.lane.starts.enter((done) => this.begin(done));
  }

  /** Waits for the status and the headers. */
  async opened(): Promise<IncomingMessage> {
    for (;;) {
      if (this.response !== null) return this.response;
      if (this.problem !== null) throw this.problem;
      await this.change();
    }
  }

  /** A part of the body that is there already; `null`: none is. */
  take(): Uint8Array | null {
    const bytes = this.waiting.shift() ?? null;
    if (bytes === null) return null;
    this.waitingBytes -= bytes.byteLength;
    if (this.waiting.length === 0 && this.body?.isPaused() === true) this.body.resume();
    return bytes;
  }

  /** The next part of the body; `null`: it has ended. */
  async next(): Promise<Uint8Array | null> {
    for (;;) {
      const bytes = this.take();
      if (bytes !== null) return bytes;
      if (this.problem !== null) throw this.problem;
      if (this.hasEnded) return null;
      await this.change();
    }
  }

  /** Closes the connection; what waits is rejected with the error. */
  destroy(error: Error): void {
    this.fail(error);
    this.body?.destroy();
    this.request?.destroy();
  }

  /** Reads the rest of a complete answer, which usually ends at once, so that its connection can be used again. */
  letEnd(): void {
    this.isIgnored = true;
    if (this.hasEnded || this.problem !== null) return;
    if (this.body !== null && this.request !== null) drain(this.body, this.request);
  }

  private change(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  private fail(error: Error): void {
    this.problem ??= error;
    this.wake();
  }

  private begin(done: () => void): void {
    if (this.problem !== null) {
      done();
      return;
    }
    this.request = this.send(this.sent.url);
    this.request.once('close', done).once('socket', (socket) => onTaken(socket, done));
  }

  private send(url: URL): ClientRequest {
    const { body, headers, lane } = this.sent;
    const method = body === null ? 'GET' : 'POST';
    const request = send({ ...urlToHttpOptions(url), method, headers, agent: lane.agent, ...STRICT });
    request.on('error', (error) => {
      if (request === this.request) this.fail(error);
    });
    request.once('socket', (socket) => onReady(socket, this.sent.onReady));
    request.once('response', (response) => this.open(response, request));
    request.once('upgrade', (_response, socket) => {
      // The connection is no longer HTTP and has no other owner: open, it would keep the process alive.
      socket.destroy();
      this.fail(Object.assign(new Error('it switched to another protocol'), { code: 'ERR_UPGRADED' }));
    });
    if (body === null) request.end();
    else request.end(body);
    return request;
  }

  private open(response: IncomingMessage, request: ClientRequest): void {
    const to = redirectTarget(response, this.visited);
    if (to !== null) {
      this.visited.push(to);
      drain(
        response.on('error', () => undefined),
        request,
      );
      this.request = this.send(to);
      return;
    }
    response.on('error', (error) => this.fail(error));
    this.response = response;
    const encoding = response.headers['content-encoding']?.toLowerCase() ?? 'identity';
    if (encoding === 'identity') this.read(response);
    else void this.readEncoded(response, encoding);
    this.wake();
  }

  /** The decoders are loaded only for a body that is encoded. */
  private async readEncoded(response: IncomingMessage, encoding: string): Promise<void> {
    const { decoded } = await import('./encodings.js');
    this.read(await decoded(response, encoding, (error) => this.fail(error)));
  }

  private read(body: Readable): void {
    this.body = body;
    body.on('data', (bytes: Uint8Array) => {
      if (this.isIgnored) return;
      this.waiting.push(bytes);
      this.waitingBytes += bytes.byteLength;
      if (this.waitingBytes > MOST_WAITING_BYTES) body.pause();
      this.wake();
    });
    const end = (): void => {
      this.hasEnded = true;
      this.wake();
    };
    if (body.readableEnded) end();
    else body.once('end', end);
  }
}

/** Reads a body to its end, so that its connection can be used again; one that does not end soon is closed. */
function drain(body: Readable, request: ClientRequest): void {
  const timer = setTimeout(() => request.destroy(), LAST_WORDS_MS);
  const stop = (): void => clearTimeout(timer);
  body.once('end', stop).once('close', stop).resume();
}

/** Certificates are checked, whatever variables of the process say. */
const STRICT = { rejectUnauthorized: true };

/** The prompt is sent again at each redirect. */
const MAX_REDIRECTS = 3;

/**
 * Where a response sends its request; `null`: nowhere. Followed are only redirects that keep the method, and to the same origin: the key
 * goes nowhere else. A loop is not followed.
 */
function redirectTarget({ statusCode, headers }: IncomingMessage, visited: readonly URL[]): URL | null {
  if (statusCode !== 307 && statusCode !== 308) return null;
  const here = visited.at(-1)?.href ?? '';
  const { location = '' } = headers;
  if (!URL.canParse(location, here) || visited.length > MAX_REDIRECTS) return null;
  const to = new URL(location, here);
  const isLoop = visited.some(({ href }) => href === to.href);
  return to.origin === new URL(here).origin && !isLoop ? to : null;
}
