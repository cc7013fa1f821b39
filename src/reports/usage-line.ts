import { toUsd } from '../domain/cost.js';
import type { UsageGroup } from '../ledger/ledger.js';
import { sumsFrom, type UsageSums } from '../ledger/usage-sums.js';

/** Sums that a line shows in another unit or only in part. */
type Converted =
  | 'charged_micro_usd'
  | 'list_micro_usd'
  | 'compared'
  | 'compared_micro_usd'
  | 'preferred_micro_usd';

/** The sums of a report, in dollars, tokens and milliseconds. What is unknown is counted apart and in no sum. */
export interface UsageLine extends Omit<UsageSums, Converted> {
  /** How many failed with which type of failure. */
  failure_types: Readonly<Record<string, number>>;
  /** The known part of what was charged. */
  cost_usd: number;
  /** The known part of the list price. */
  list_usd: number;
  /** Of the invocations that succeeded, to two digits; `null`: none did. */
  p50_ms: number | null;
  p95_ms: number | null;
  /** What the same tokens would have cost on the preferred pair of each agent; `null`: nothing can be compared. */
  preferred_usd: number | null;
  /** That, less what these invocations cost. */
  saved_usd: number | null;
  /** Invocations of which a part of the comparison is unknown. */
  not_compared: number;
}

/** The line of a group; `null`: there are no invocations. */
export function usageLine(group: UsageGroup | null): UsageLine {
  const { sums, failureTypes, latencies } = group ?? NOTHING;
  const { charged_micro_usd, list_micro_usd, compared, compared_micro_usd, preferred_micro_usd, ...counts } =
    sums;
  const compares = compared > 0;
  return {
    ...counts,
    failure_types: failureTypes,
    cost_usd: toUsd(charged_micro_usd),
    list_usd: toUsd(list_micro_usd),
    p50_ms: percentile(latencies, 50),
    p95_ms: percentile(latencies, 95),
    preferred_usd: compares ? toUsd(preferred_micro_usd) : null,
    saved_usd: compares ? toUsd(preferred_micro_usd - compared_micro_usd) : null,
    not_compared: sums.invocations - compared,
  };
}

const NOTHING: Omit<UsageGroup, 'keys'> = { sums: sumsFrom(() => 0), failureTypes: {}, latencies: [] };

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
