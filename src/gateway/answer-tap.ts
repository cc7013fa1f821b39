import type { Transform } from 'node:stream';
import { type Headers, header } from '../adapters/http/limits.js';
import type { FinishedCall } from '../adapters/http/outcome.js';
import { Reading } from '../adapters/http/reading.js';
import type { HttpTask, Wire } from '../adapters/http/wire.js';
import { answerDecoder } from './encodings.js';

/** The most text of one answer that is kept to read it. */
const MAX_BYTES = 64 * 2 ** 20;

/** Reads a copy of an answer that passes by. Nothing in it changes the bytes that the tool gets. */
export class AnswerTap {
  readonly #reading: Reading;
  #encoding = 'identity';
  #decoder: Transform | null = null;
  #isUnreadable = false;
  /** In an encoding that cannot be read here. */
  #isUnknown = false;

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
    const finished = this.#reading.finished(of);
    if (!this.#isUnknown) return finished;
    const message = `answered in the encoding \`${this.#encoding.slice(0, 40)}\`, which this version of Node cannot read`;
    return { ...finished, malformed: { message, hint: null } };
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
    const decoder = answerDecoder(this.#encoding, start);
    if (decoder === null) {
      this.#isUnreadable = true;
      this.#isUnknown = true;
      return null;
    }
    decoder.on('data', (bytes: Uint8Array) => void this.#reading.push(bytes));
    decoder.on('error', () => {
      this.#isUnreadable = true;
    });
    return decoder;
  }
}
