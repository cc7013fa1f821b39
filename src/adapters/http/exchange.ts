import { type Agent, type ClientRequest, type IncomingMessage, request as send } from 'node:http';
import type { Readable } from 'node:stream';
import { urlToHttpOptions } from 'node:url';

/** What is sent, and on which connections. */
export interface Sent {
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** `null`: a GET. */
  body: string | null;
  agent: Agent;
  /** Receives every request before it is sent: a redirect is another one. */
  onRequest: (request: ClientRequest) => void;
}

/** How many bytes may wait for their reader before the provider has to wait. */
const MOST_WAITING_BYTES = 64 * 1024;

/** How long a connection may take to end after a complete answer before it is closed, ms. */
const LAST_WORDS_MS = 500;

/** One request and its response, redirects and compression included. Errors reject the call that waits, or the next one. */
export class Exchange {
  /** The response; `null`: it has not started. */
  response: IncomingMessage | null = null;
  private request: ClientRequest;
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
    this.request = this.send(sent.url);
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
    this.request.destroy();
  }

  /** Reads the rest of a complete answer, which usually ends at once, so that its connection can be used again. */
  letEnd(): void {
    this.isIgnored = true;
    if (!this.hasEnded && this.problem === null && this.body !== null) drain(this.body, this.request);
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

  private send(url: URL): ClientRequest {
    const { body, headers, agent } = this.sent;
    const method = body === null ? 'GET' : 'POST';
    const request = send({ ...urlToHttpOptions(url), method, headers, agent, ...STRICT });
    request.on('error', (error) => {
      if (request === this.request) this.fail(error);
    });
    request.once('response', (response) => this.open(response));
    this.sent.onRequest(request);
    if (body === null) request.end();
    else request.end(body);
    return request;
  }

  private open(response: IncomingMessage): void {
    const to = redirectTarget(response, this.visited);
    if (to !== null) {
      this.visited.push(to);
      drain(
        response.on('error', () => undefined),
        this.request,
      );
      this.request = this.send(to);
      return;
    }
    response.on('error', (error) => this.fail(error));
    this.response = response;
    const encoding = (response.headers['content-encoding'] ?? 'identity').toLowerCase();
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
