import type { RouterConfig } from '../config/types.js';
import type { EventSink } from '../domain/events.js';
import { type BudgetSource, setBudgetGauges } from './budget-gauges.js';
import { labelsOf } from './labels.js';
import { createRegistry } from './registry.js';
import { countEvent } from './run-counts.js';
import { RunGauges } from './run-gauges.js';
import { type MetricsSummary, summaryOf } from './summary.js';

export type { BudgetSource } from './budget-gauges.js';
export type { MetricsSummary } from './summary.js';

/** The metrics of one server. Several servers of a process share none of them. */
export interface Metrics {
  /** Counts a run: `start` hands the sink to the router. However the run ends, it is not active and in no queue afterwards. */
  track<T>(start: (observe: EventSink) => Promise<T>): Promise<T>;
  /** Takes the label values of later runs, and the budgets, from a changed config. What was counted stays. */
  use(config: RouterConfig): void;
  /** The body of `/metrics`; its budgets are read from the ledger now. */
  text(): Promise<string>;
  readonly contentType: string;
  /** The result of `llm.metrics`. */
  summary(): Promise<MetricsSummary>;
}

export interface MetricsInput {
  config: RouterConfig;
  /** Milliseconds of a monotonic clock. */
  monotonicMs: () => number;
  /** `null`: no ledger, so no budgets. */
  budgets: BudgetSource | null;
}

/** Makes the metrics of a server. Loads the client library. */
export async function createMetrics(input: MetricsInput): Promise<Metrics> {
  const { monotonicMs, budgets } = input;
  const registry = await createRegistry();
  let config = input.config;
  let labels = labelsOf(config);
  return {
    track: (start) => {
      const run = { registry, labels, monotonicMs };
      const gauges = new RunGauges(run);
      let agent: string | null = null;
      const observe: EventSink = (event) => {
        if (event.type === 'invocation.started') agent = event.agent;
        gauges.observe(event);
        countEvent(run, agent, event);
      };
      return start(observe).finally(() => gauges.leave());
    },
    use: (changed) => {
      config = changed;
      labels = labelsOf(changed);
    },
    text: async () => {
      if (budgets !== null) await setBudgetGauges(registry, config, budgets);
      return registry.text();
    },
    contentType: registry.contentType,
    summary: () => summaryOf(registry),
  };
}
