import type { Transform } from 'node:stream';
import { decoderOf } from '../adapters/http/encodings.js';
import { type Headers, header } from '../adapters/http/limits.js';
import type { FinishedCall } from '../adapters/http/outcome.js';
import { Reading } from '../adapters/http/reading.js';
import type { HttpTask, Wire } from '../adapters/http/wire.js';

/** The most text of one answer that is kept to read it. */
const MAX_BYTES = 64 * 2 ** 20;

/** Reads a copy of an answer that passes by. Nothing in it changes the bytes that the tool gets. */
export class AnswerTap {
  readonly #reading: Reading;
  #encoding = 'identity';
  #decoder: Transform | null = null;
  #isUnreadable = false;

  constructor(wire: Wire, task: HttpTask, monotonicMs: () => number) {
    const limits = { streamForm: wire.streamForm, maxBytes: MAX_BYTES, monotonicMs };
    this.#reading = new Reading(wire.reader(task), limits);
  }

  /** Takes the status and the headers. */
  async open(response: { status: number; headers: Headers }): Promise<void> {
    this.#encoding = (header(response.headers, 'content-encoding') ?? 'identity').toLowerCase();
    await this.#reading.open(response);
  }

  /** Takes a chunk as it came; resolves once it was read. */
  push(bytes: Uint8Array): Promise<void> | void {
    if (this.#isUnreadable) return;
    if (this.#encoding === 'identity') {
      this.#reading.push(bytes);
      return;
    }
    return this.#decode(bytes);
  }

  /** Whether the answer is complete, before its connection has ended. */
  isComplete(): boolean {
    return this.#reading.isComplete();
  }

  /** Ends the reading. */
  async end(): Promise<void> {
    const decoder = this.#decoder;
    if (decoder !== null && !this.#isUnreadable)
      await new Promise<void>((resolve) => {
        decoder.once('end', resolve).once('error', () => resolve());
        decoder.end();
      });
    decoder?.destroy();
    this.#reading.finish();
  }

  /** Ends the reading of a call that broke off. */
  abort(): void {
    this.#decoder?.destroy();
  }

  /** Everything that was read, with what is known of the call. */
  finished(of: Parameters<Reading['finished']>[0]): FinishedCall {
    return this.#reading.finished(of);
  }

  #decode(bytes: Uint8Array): Promise<void> {
    this.#decoder ??= this.#openDecoder(bytes);
    const decoder = this.#decoder;
    if (decoder === null) return Promise.resolve();
    return new Promise((resolve) => {
      decoder.write(bytes, () => resolve());
    });
  }

  #openDecoder(start: Uint8Array): Transform | null {
    if (!KNOWN.includes(this.#encoding)) {
      this.#isUnreadable = true;
      return null;
    }
    const decoder = decoderOf(this.#encoding, start);
    decoder.on('data', (bytes: Uint8Array) => void this.#reading.push(bytes));
    decoder.on('error', () => {
      this.#isUnreadable = true;
    });
    return decoder;
  }
}

const KNOWN = ['gzip', 'x-gzip', 'deflate', 'br'];
