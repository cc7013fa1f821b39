import type { RouterConfig } from '../config/types.js';
import type { EventSink } from '../domain/events.js';
import type { Failure } from '../domain/failure.js';
import { type BudgetSource, setBudgetGauges } from './budget-gauges.js';
import { type Labels, labelsOf } from './labels.js';
import { createRegistry } from './registry.js';
import { countEvent, countRefused } from './run-counts.js';
import { RunGauges } from './run-gauges.js';
import { startSeries } from './starting-series.js';
import { type MetricsSummary, summaryOf } from './summary.js';

export type { BudgetSource } from './budget-gauges.js';
export type { MetricsSummary } from './summary.js';

/** The metrics of one server. Several servers of a process share none of them. */
export interface Metrics {
  /** Counts one run by its events; names are labels as far as they are in its config. */
  follow(config: RouterConfig): FollowedRun;
  /** Counts a request that was refused before there was a run of it. */
  countRefused(refusal: Failure): void;
  /** The body of `/metrics`. The budgets of the config are read from the ledger now; `null`: there is none. */
  text(config: RouterConfig, budgets: BudgetSource | null): Promise<string>;
  readonly contentType: string;
  /** The result of `llm.metrics`. */
  summary(): Promise<MetricsSummary>;
}

export interface FollowedRun {
  observe: EventSink;
  /** However the run has ended: it is not active and in no queue any more. */
  ended(): void;
}

/** Makes the metrics of a server; `monotonicMs` are milliseconds of a monotonic clock. Loads the client library. */
export async function createMetrics(monotonicMs: () => number): Promise<Metrics> {
  const registry = await createRegistry();
  const labels = new WeakMap<RouterConfig, Labels>();
  const labelsBy = (config: RouterConfig): Labels => {
    const known = labels.get(config);
    if (known !== undefined) return known;
    const made = labelsOf(config);
    labels.set(config, made);
    startSeries(registry, config, made);
    return made;
  };
  let said: string | null = null;
  // A scrape comes every few seconds.
  const warnOnce = (budgets: BudgetSource) => (message: string) => {
    if (message !== said) budgets.warn(message);
    said = message;
  };
  return {
    follow: (config) => {
      const run = { registry, labels: labelsBy(config), monotonicMs };
      const gauges = new RunGauges(run);
      let agent: string | null = null;
      const observe: EventSink = (event) => {
        if (event.type === 'invocation.started') agent = event.agent;
        gauges.observe(event);
        countEvent(run, agent, event);
      };
      return { observe, ended: () => gauges.leave() };
    },
    countRefused: (refusal) => countRefused(registry, refusal),
    text: async (config, budgets) => {
      labelsBy(config);
      if (budgets !== null) await setBudgetGauges(registry, config, { ...budgets, warn: warnOnce(budgets) });
      return registry.text();
    },
    contentType: registry.contentType,
    summary: () => summaryOf(registry),
  };
}
