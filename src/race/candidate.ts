import type { Invocation } from '../domain/invocation.js';
import type { RaceCandidate, Verification } from '../domain/race.js';
import type { PlannedRace, RacePlan } from './plan-race.js';

/** A candidate that has run. */
export function candidateOf(
  { order }: PlannedRace,
  {
    invocation,
    verification,
    changes,
  }: { invocation: Invocation; verification: Verification | null; changes: RaceCandidate['changes'] },
): RaceCandidate {
  const { id, failure: failed, usage, cost, latencyMs, plan } = invocation;
  const pair = plan.candidates[0] ?? plan.rejected[0];
  const good = order.verify === null ? ('answered' as const) : ('passed' as const);
  const bad = failed?.type === 'cancelled' ? ('ended' as const) : ('failed' as const);
  return {
    id,
    tool: invocation.tool ?? pair?.tool ?? null,
    model: invocation.model ?? pair?.model ?? null,
    result: failed === null ? good : bad,
    failure: failed,
    usage,
    cost,
    latencyMs,
    verification,
    changes,
  };
}

/** A candidate that was never started. */
export function notStarted({ tool, model, planned }: RacePlan): RaceCandidate {
  return {
    id: planned.id,
    tool,
    model,
    result: 'not_started',
    failure: null,
    usage: null,
    cost: null,
    latencyMs: null,
    verification: null,
    changes: null,
  };
}
