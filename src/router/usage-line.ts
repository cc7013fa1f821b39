import { toUsd } from '../domain/cost.js';
import type { UsageGroup, UsageSums } from '../ledger/ledger.js';

/** The sums of a report, in dollars, tokens and milliseconds. What is unknown is counted apart and in no sum. */
export interface UsageLine {
  invocations: number;
  failures: number;
  failure_types: Readonly<Record<string, number>>;
  /** Ran on another pair than the first that they were meant for. */
  fallbacks: number;
  /** Tries of candidates. */
  attempts: number;
  input_tokens: number;
  cache_read_tokens: number;
  cache_write_tokens: number;
  output_tokens: number;
  total_tokens: number;
  /** Answered, and nobody reported tokens. */
  without_tokens: number;
  /** The known part of what was charged. */
  cost_usd: number;
  /** The known part of the list price. */
  list_usd: number;
  /** Invocations whose cost is not known, in part or whole. */
  without_price: number;
  /** Attempts whose cost is not known. */
  attempts_without_price: number;
  /** Of those that were answered, to two digits; `null`: none was. */
  p50_ms: number | null;
  p95_ms: number | null;
  /** What the same tokens would have cost on the preferred pair of each agent; `null`: nothing can be compared. */
  preferred_usd: number | null;
  /** That, less what these invocations cost. */
  saved_usd: number | null;
  /** Invocations of which a part of the comparison is unknown. */
  not_compared: number;
}

/** The line of a group; `null`: nothing was done. */
export function usageLine(group: UsageGroup | null): UsageLine {
  const { sums, failureTypes, latencies } = group ?? { sums: NOTHING, failureTypes: {}, latencies: [] };
  const compares = sums.compared > 0;
  return {
    invocations: sums.invocations,
    failures: sums.failures,
    failure_types: failureTypes,
    fallbacks: sums.fallbacks,
    attempts: sums.attempts,
    input_tokens: sums.inputTokens,
    cache_read_tokens: sums.cacheReadTokens,
    cache_write_tokens: sums.cacheWriteTokens,
    output_tokens: sums.outputTokens,
    total_tokens: sums.totalTokens,
    without_tokens: sums.withoutTokens,
    cost_usd: toUsd(sums.chargedMicroUsd),
    list_usd: toUsd(sums.listMicroUsd),
    without_price: sums.withoutPrice,
    attempts_without_price: sums.attemptsWithoutPrice,
    p50_ms: percentile(latencies, 50),
    p95_ms: percentile(latencies, 95),
    preferred_usd: compares ? toUsd(sums.preferredMicroUsd) : null,
    saved_usd: compares ? toUsd(sums.preferredMicroUsd - sums.comparedMicroUsd) : null,
    not_compared: sums.invocations - sums.compared,
  };
}

const NOTHING: UsageSums = {
  invocations: 0,
  failures: 0,
  fallbacks: 0,
  attempts: 0,
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  withoutTokens: 0,
  chargedMicroUsd: 0,
  listMicroUsd: 0,
  withoutPrice: 0,
  attemptsWithoutPrice: 0,
  compared: 0,
  comparedMicroUsd: 0,
  preferredMicroUsd: 0,
};

/** The shortest latency that so many percent did not exceed. */
function percentile(latencies: UsageGroup['latencies'], percent: number): number | null {
  const count = latencies.reduce((sum, { invocations }) => sum + invocations, 0);
  let left = Math.ceil((count * percent) / 100);
  for (const { aboutMs, invocations } of latencies) {
    left -= invocations;
    if (left <= 0) return aboutMs;
  }
  return null;
}
