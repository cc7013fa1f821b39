import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { onHalfClosed } from './gone.js';
import { COMMON_HEADERS, SLOW_CLIENT_MS } from './reply.js';

/** Proxies and clients close a connection that is silent for long, ms. */
const HEARTBEAT_MS = 15_000;

/**
 * Sends server-sent events. `send` resolves once the connection takes more, so that a slow client holds back its own run and nothing
 * else; one that takes nothing for long is cut off.
 */
export class EventStream {
  readonly #response: ServerResponse;
  #heartbeat: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  get isOpen(): boolean {
    return this.#response.headersSent;
  }

  open(headers: OutgoingHttpHeaders = {}): void {
    if (this.isOpen || this.#response.destroyed) return;
    this.#response.writeHead(200, {
      ...COMMON_HEADERS,
      'content-type': 'text/event-stream; charset=utf-8',
      // nginx would hold events back.
      'x-accel-buffering': 'no',
      ...headers,
    });
    this.#response.flushHeaders();
    const beat = () => void this.#write(': still here\n\n');
    this.#heartbeat = setInterval(beat, HEARTBEAT_MS);
    const unfollow = onHalfClosed(this.#response.req, this.#response, beat);
    this.#response.once('close', () => {
      clearInterval(this.#heartbeat);
      unfollow();
    });
  }

  /** One event; `null`: without a type. */
  send(type: string | null, data: string): void | Promise<void> {
    return this.#write(type === null ? `data: ${data}\n\n` : `event: ${type}\ndata: ${data}\n\n`);
  }

  end(): void {
    clearInterval(this.#heartbeat);
    if (!this.#response.destroyed) this.#response.end();
  }

  #write(text: string): void | Promise<void> {
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return;
    if (!response.write(text)) return taken(response);
  }
}

/** Resolves once the client has taken what was sent, or has gone. */
function taken(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => response.destroy(), SLOW_CLIENT_MS);
    const done = (): void => {
      clearTimeout(timer);
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}
