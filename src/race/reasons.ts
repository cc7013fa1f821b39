import { type Failure, failure } from '../domain/failure.js';
import { pairName } from '../domain/plan.js';
import type { RaceCandidate, RaceSummary } from '../domain/race.js';

/** The failure of a race without a winner: every candidate with its reason. */
export function noWinner({ candidates, verify }: RaceSummary): Failure {
  const headline = verify === null ? 'no candidate answered' : 'no candidate passed';
  const reasons = candidates.map((one) => `${pairName(one)}: ${reasonOf(one)}`);
  return failure('not_verified', `${headline}: ${reasons.join('; ')}`, { headline });
}

/** Why a candidate has not won. */
export function reasonOf({ failure: failed, result }: RaceCandidate): string {
  if (failed !== null) return `${failed.type}: ${failed.message}`;
  return result === 'not_started' ? 'not started' : result;
}
