import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { onHalfClosed } from './gone.js';
import { COMMON_HEADERS } from './reply.js';
import { endResponse, writeText } from './slow-client.js';

/** Proxies and clients close a connection that is silent for long, ms. */
const HEARTBEAT_MS = 15_000;

/**
 * Sends server-sent events. `send` resolves once the connection takes more, so that a slow client holds back its own run and nothing
 * else; one that takes nothing for long is cut off.
 */
export class EventStream {
  readonly #response: ServerResponse;
  #heartbeat: NodeJS.Timeout | undefined;
  /** What the client has still to take; `null`: nothing. */
  #taking: Promise<void> | null = null;

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
    const beat = () => {
      if (this.#taking === null) void this.#write(': still here\n\n');
    };
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
    if (this.#taking === null) endResponse(this.#response, '');
    else void this.#taking.then(() => this.end());
  }

  #write(text: string): void | Promise<void> {
    // A long event is written in pieces, and nothing may come between them.
    if (this.#taking !== null) return this.#taking.then(() => this.#write(text));
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return;
    const taken = writeText(response, text);
    if (taken === undefined) return;
    this.#taking = taken.then(() => {
      this.#taking = null;
    });
    return this.#taking;
  }
}
