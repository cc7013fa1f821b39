import type { IdGenerator } from '@opentelemetry/sdk-trace';

/** Gives the next span the ids that it is to have. */
export class GivenIds implements IdGenerator {
  #traceId = '';
  #spanId = '';

  next(traceId: string, spanId: string): void {
    this.#traceId = traceId;
    this.#spanId = spanId;
  }

  generateTraceId = (): string => this.#traceId;
  generateSpanId = (): string => this.#spanId;
}
