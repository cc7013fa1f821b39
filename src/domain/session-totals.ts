import type { Attempt } from './attempt.js';
import type { SessionTotals } from './cost.js';
import { addUsage, NO_USAGE, usageFrom } from './usage.js';

/** What of an attempt its session counts. */
type Counted = Pick<Attempt, 'n' | 'continues' | 'failure' | 'usage' | 'cost'>;

/** A session of which nothing is counted yet. */
const NOTHING_YET: SessionTotals = { usage: usageFrom(() => 0), costMicroUsd: 0 };

/**
 * The totals of a tool's own session after an attempt, from those before the run (`null`: it was a new one) and from what each
 * attempt in it had used. What a failed attempt did not report counts as nothing: it is in the totals that the tool reports next.
 */
export function totalsAfter(
  last: Counted,
  attempts: readonly Counted[],
  before: SessionTotals | null,
): SessionTotals {
  const { usage, costMicroUsd } =
    before ?? (last.failure === null ? { ...NOTHING_YET, usage: NO_USAGE } : NOTHING_YET);
  const used = inSession(last, attempts);
  const isTold = last.failure !== null || last.usage !== null;
  const costs = [costMicroUsd, ...used.map(reportedMicroUsd)];
  return {
    usage: usage === null || !isTold ? null : addUsage([usage, ...used.map((one) => one.usage)]),
    costMicroUsd: costs.reduce((sum, cost) => (sum === null || cost === null ? null : sum + cost), 0),
  };
}

/** The attempts of one session, the last one first. */
function inSession(last: Counted, attempts: readonly Counted[]): Counted[] {
  const earlier = attempts.find(({ n }) => n === last.continues);
  return [last, ...(earlier === undefined ? [] : inSession(earlier, attempts))];
}

/** The tool's own figure, which its totals go on from; `null`: the cost is known from elsewhere only. */
function reportedMicroUsd({ cost, failure }: Counted): number | null {
  if (cost.basis === 'reported') return cost.listMicroUsd;
  return failure !== null && cost.listMicroUsd === null ? 0 : null;
}
