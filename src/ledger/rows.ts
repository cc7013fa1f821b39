import { dayOf } from '../domain/calendar.js';
import type { Cost } from '../domain/cost.js';
import type { Invocation } from '../domain/invocation.js';
import type { Because } from '../domain/plan.js';
import { NO_USAGE, namedUsage, totalTokens, type Usage } from '../domain/usage.js';
import { comparedCost } from '../policy/preferred-cost.js';
import type { AttemptRow, InvocationRow, RunInfo, SettledAttempt } from './ledger.js';

export { dayOf };

/** The row of an attempt that has ended now; one that was reserved counts on the day of its reservation instead. */
export function attemptRow(settled: SettledAttempt, nowMs: number): AttemptRow {
  const { id, invocationId, agent, scopes, attempt, provider, countedMicroUsd } = settled;
  return {
    id,
    invocation_id: invocationId,
    n: attempt.n,
    day: dayOf(nowMs),
    scopes: JSON.stringify(scopes),
    agent,
    tool: attempt.tool,
    model: attempt.model,
    provider,
    started_ms: Date.parse(attempt.startedAt),
    status: attempt.status,
    failure: attempt.failure?.type ?? null,
    latency_ms: attempt.latencyMs,
    ...usageColumns(attempt.usage),
    ...costColumns(attempt.cost),
    counted_micro_usd: countedMicroUsd,
    calls: attempt.calls?.length ?? null,
  };
}

/** The row of an invocation that has ended. */
export function invocationRow(invocation: Invocation, info: RunInfo): InvocationRow {
  const { id, tool, model, agent, plan } = invocation;
  const startedMs = Date.parse(invocation.startedAt);
  const chosen = plan.candidates.find((one) => one.tool === tool && one.model === model);
  const compared = comparedCost(invocation.attempts, info.preference);
  return {
    id,
    trace_id: invocation.traceId,
    parent_id: invocation.parentId,
    session: invocation.session,
    day: dayOf(startedMs),
    started_ms: startedMs,
    project: info.project,
    policy: plan.policy,
    agent,
    source_agent: info.sourceAgent,
    tool,
    model,
    status: invocation.status,
    failure: invocation.failure?.type ?? null,
    attempts: invocation.attempts.length,
    latency_ms: invocation.latencyMs,
    ...usageColumns(invocation.usage),
    ...costColumns(invocation.cost),
    because: JSON.stringify(chosen?.because ?? []),
    tags: JSON.stringify(info.tags),
    forced: info.forced ? 1 : 0,
    justification: info.justification,
    fallback: isFallback(invocation, chosen?.because ?? []) ? 1 : 0,
    compared_micro_usd: compared?.actualMicroUsd ?? null,
    preferred_micro_usd: compared?.preferredMicroUsd ?? null,
    task: info.task,
    race_id: info.race?.raceId ?? null,
    passed: passedOf(invocation, info),
  };
}

/** One that was ended, or never started, was not judged; one that failed by itself has not passed. */
function passedOf({ failure, attempts }: Invocation, { race }: RunInfo): number | null {
  if (race?.isVerified !== true || failure?.type === 'cancelled' || attempts.length === 0) return null;
  return failure === null ? 1 : 0;
}

/** It ran on an entry of the fallback chain, or on another pair than it began with. */
function isFallback({ attempts, tool, model }: Invocation, because: readonly Because[]): boolean {
  const [first] = attempts;
  const changed = first !== undefined && (first.tool !== tool || first.model !== model);
  return changed || because.some(({ rule }) => rule === 'fallback');
}

function usageColumns(usage: Usage | null) {
  return {
    ...namedUsage(usage ?? NO_USAGE),
    total_tokens: usage === null ? null : totalTokens(usage),
  };
}

function costColumns(cost: Cost | null) {
  return {
    charged_micro_usd: cost?.chargedMicroUsd ?? null,
    list_micro_usd: cost?.listMicroUsd ?? null,
    basis: cost?.basis ?? null,
    billing: cost?.billing ?? null,
  };
}
