import { toUsd } from '../domain/cost.js';
import type { Timeline } from '../ledger/ledger.js';
import type { BudgetLine } from '../reports/budget-line.js';
import type { UsageLine } from '../reports/usage-line.js';
import type {
  Range,
  RunsStatus,
  ServerStatus,
  StatusDocument,
  StatusTrouble,
  SumsStatus,
  TimelineStatus,
} from './status/document.js';
import { type ToolsInput, toolsOf } from './status/tools.js';

/** All that the page shows, as it was gathered at one time. */
export interface StatusInput {
  nowMs: number;
  server: ServerStatus;
  troubles: readonly StatusTrouble[];
  /** Of this day; `null`: unknown. */
  today: { day: string; total: UsageLine; byTool: Readonly<Record<string, UsageLine>> } | null;
  budgets: readonly BudgetLine[];
  runs: RunsStatus;
  timeline: { range: Range; sinceMs: number; stepMs: number; steps: Timeline } | null;
  tools: Pick<ToolsInput, 'config' | 'states' | 'cooldowns' | 'uses'>;
}

/** The document of the status page. */
export function statusDocument(input: StatusInput): StatusDocument {
  const { nowMs, today, runs, timeline } = input;
  const byTool = Object.entries(today?.byTool ?? {}).map(([name, line]) => [name, sumsOf(line)] as const);
  const { tools, others } = toolsOf({
    ...input.tools,
    nowMs,
    today: Object.fromEntries(byTool),
    running: runs.running,
  });
  return {
    version: 1,
    at: new Date(nowMs).toISOString(),
    server: input.server,
    troubles: input.troubles,
    today: today === null ? null : { day: today.day, ...sumsOf(today.total) },
    budgets: input.budgets,
    runs,
    timeline: timeline === null ? null : timelineDocument(timeline),
    tools,
    other_tools: others,
  };
}

function sumsOf(line: UsageLine): SumsStatus {
  return {
    invocations: line.invocations,
    failures: line.failures,
    failure_types: line.failure_types,
    fallbacks: line.fallbacks,
    p50_ms: line.p50_ms,
    p95_ms: line.p95_ms,
    total_tokens: line.total_tokens,
    without_tokens: line.without_tokens,
    cost_usd: line.cost_usd,
    without_price: line.without_price,
  };
}

function timelineDocument({
  range,
  sinceMs,
  stepMs,
  steps,
}: NonNullable<StatusInput['timeline']>): TimelineStatus {
  return {
    range,
    since: new Date(sinceMs).toISOString(),
    step_ms: stepMs,
    steps: steps.map((step) => ({
      at: new Date(step.atMs).toISOString(),
      invocations: step.invocations,
      failure_types: step.failureTypes,
      p50_ms: step.p50Ms,
      p95_ms: step.p95Ms,
      cost_usd: toUsd(step.chargedMicroUsd),
      without_price: step.withoutPrice,
    })),
  };
}
