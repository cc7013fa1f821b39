import type { SessionTotals } from '../../domain/cost.js';
import { COUNTERS, type Usage, usageFrom } from '../../domain/usage.js';

/**
 * The usage of one run, from the reported totals of its session and the earlier ones. `before` is `null` when no session was resumed,
 * or the tool counts each run separately. A count that is unknown on either side stays unknown; a smaller total shows that the tool
 * restarted its counters, so the report is this run's.
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
