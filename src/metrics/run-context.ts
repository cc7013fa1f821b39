import type { Labels } from './labels.js';
import type { MetricRegistry } from './registry.js';

/** What counting a run needs. */
export interface RunContext {
  registry: MetricRegistry;
  labels: Labels;
  /** Milliseconds of a monotonic clock. */
  monotonicMs: () => number;
}
