import type { SessionTotals } from '../../domain/cost.js';
import { COUNTERS, type Usage, usageFrom } from '../../domain/usage.js';

/**
 * What one run used of its session, from the totals that the tool told and those before it; `null` before: not resumed,
 * or the tool counts each run apart. A count that is unknown on either side stays unknown; one that shrank shows that the tool
 * started to count anew, and what it told is this run's.
 */
export function usageShare(told: Usage | null, before: SessionTotals | null): Usage | null {
  if (told === null || before === null) return told;
  const earlier = before.usage;
  if (earlier === null) return null;
  const isReset = COUNTERS.some((counter) => (difference(told[counter], earlier[counter]) ?? 0) < 0);
  return isReset ? told : usageFrom((counter) => difference(told[counter], earlier[counter]));
}

/** The same for the cost, micro-USD. */
export function costShare(told: number | null, before: SessionTotals | null): number | null {
  if (before === null) return told;
  const share = difference(told, before.costMicroUsd);
  return share !== null && share < 0 ? told : share;
}

function difference(told: number | null, before: number | null): number | null {
  return told === null || before === null ? null : told - before;
}
