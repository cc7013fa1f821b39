import type { ExportResult } from '@opentelemetry/core';
import { BatchSpanProcessor, type ReadableSpan, type SpanProcessor } from '@opentelemetry/sdk-trace';
import type { SignalExporter } from './signal-exporter.js';

/** How spans are sent, and what happens to those that are not. */
export interface SpanQueueOptions {
  exporter: SignalExporter<ReadableSpan[]>;
  /** How long a span waits for others to be sent with, ms. */
  delayMs: number;
  /** After this long a batch is given up, ms. */
  timeoutMs: number;
  /** Called for the first span that is dropped, and not again before all that waited are sent. */
  dropped: (reason: string) => void;
}

/** The most spans that wait or are being sent. */
const MOST_SPANS = 2048;

/** Sends spans in batches. It counts those that wait, because the SDK drops what is too much without a sign. */
export class SpanQueue implements SpanProcessor {
  readonly #batches: BatchSpanProcessor;
  readonly #dropped: (reason: string) => void;
  #waiting = 0;
  #isDropping = false;

  constructor({ exporter, delayMs, timeoutMs, dropped }: SpanQueueOptions) {
    this.#dropped = dropped;
    this.#batches = new BatchSpanProcessor({
      exporter: {
        export: (spans: ReadableSpan[], done: (result: ExportResult) => void) =>
          exporter.export(spans, (result) => {
            this.#leave(spans.length);
            done(result);
          }),
        forceFlush: () => exporter.forceFlush(),
        shutdown: () => exporter.shutdown(),
      },
      maxQueueSize: MOST_SPANS,
      scheduledDelayMillis: delayMs,
      exportTimeoutMillis: timeoutMs,
    });
  }

  onStart(): void {
    // Only spans that have ended are sent.
  }

  onEnd(span: ReadableSpan): void {
    if (this.#waiting < MOST_SPANS) {
      this.#waiting++;
      this.#batches.onEnd(span);
      return;
    }
    if (this.#isDropping) return;
    this.#isDropping = true;
    this.#dropped(`${MOST_SPANS} spans wait to be sent, and no more are kept`);
  }

  forceFlush(): Promise<void> {
    return this.#batches.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.#batches.shutdown();
  }

  #leave(count: number): void {
    this.#waiting -= count;
    if (this.#waiting === 0) this.#isDropping = false;
  }
}
