import type { SessionTotals } from '../../domain/cost.js';
import { COUNTERS, type Usage, usageFrom } from '../../domain/usage.js';

/**
 * What one run used of its session, from the totals that the tool reported and those before it; `null` before: not resumed,
 * or the tool counts each run apart. A count that is unknown on either side stays unknown; one that shrank shows that the tool
 * started to count anew, and what it reported is this run's.
 */
export function usageShare(reported: Usage | null, before: SessionTotals | null): Usage | null {
  if (reported === null || before === null) return reported;
  const earlier = before.usage;
  if (earlier === null) return null;
  const isReset = COUNTERS.some((counter) => (difference(reported[counter], earlier[counter]) ?? 0) < 0);
  return isReset ? reported : usageFrom((counter) => difference(reported[counter], earlier[counter]));
}

/** The same for the cost, micro-USD. */
export function costShare(reported: number | null, before: SessionTotals | null): number | null {
  if (before === null) return reported;
  const share = difference(reported, before.costMicroUsd);
  return share !== null && share < 0 ? reported : share;
}

function difference(reported: number | null, before: number | null): number | null {
  return reported === null || before === null ? null : reported - before;
}
