import type { Histogram, Meter } from '@opentelemetry/api';
import type { Attempt } from '../../domain/attempt.js';
import { OPEN_TELEMETRY_NAMES as LOGGED } from '../log-fields.js';
import { inputTokensOf, metricAttributes } from './attributes.js';
import { METRICS, NAMES } from './names.js';
import type { ObservedRun } from './subject.js';

/** The histograms of attempts. */
export class AttemptMetrics {
  readonly #duration: Histogram;
  readonly #tokens: Histogram;

  constructor(meter: Meter) {
    const histogram = ({ name, unit, about, bounds }: (typeof METRICS)[keyof typeof METRICS]): Histogram =>
      meter.createHistogram(name, {
        unit,
        description: about,
        advice: { explicitBucketBoundaries: [...bounds] },
      });
    this.#duration = histogram(METRICS.duration);
    this.#tokens = histogram(METRICS.tokens);
  }

  note(run: ObservedRun, attempt: Attempt): void {
    const known = Object.entries(metricAttributes(run, attempt)).filter(([, value]) => value !== null);
    const labels = Object.fromEntries(known) as Record<string, string>;
    const failed = attempt.failure === null ? {} : { [LOGGED.failure]: attempt.failure.type };
    this.#duration.record(attempt.latencyMs / 1000, { ...labels, ...failed });
    const counts = { input: inputTokensOf(attempt.usage), output: attempt.usage?.outputTokens ?? null };
    for (const [kind, count] of Object.entries(counts))
      if (count !== null) this.#tokens.record(count, { ...labels, [NAMES.tokenType]: kind });
  }
}
