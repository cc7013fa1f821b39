import type { Cost } from '../domain/cost.js';
import type { EventSink } from '../domain/events.js';
import type { Usage } from '../domain/usage.js';

/** The tokens of one attempt, and what they cost. */
export interface AttemptUsage {
  invocationId: string;
  agent: string | null;
  tool: string;
  /** `null` for a tool without models. */
  model: string | null;
  /** `null` in a field: not reported. */
  usage: Usage;
  /** Micro-USD; `null` in a field: unknown. */
  cost: Cost;
}

/** A sink that reports the usage of every attempt that has one, failed ones too: they are billed as well. */
export function tokenUsageSink(report: (usage: AttemptUsage) => void | Promise<void>): EventSink {
  let run = { invocationId: '', agent: null as string | null };
  return (event) => {
    if (event.type === 'invocation.started') run = { invocationId: event.id, agent: event.agent };
    if (event.type !== 'attempt.finished' || event.record.usage === null) return;
    const { tool, model, usage, cost } = event.record;
    return report({ ...run, tool, model, usage, cost });
  };
}
