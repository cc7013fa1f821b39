import { type Failure, failure } from '../domain/failure.js';
import type { RaceCandidate, RaceSummary } from '../domain/race.js';

/** The failure of a race without a winner: every candidate with its reason. */
export function noWinner({ candidates, verify }: RaceSummary): Failure {
  const headline = verify === null ? 'no candidate answered' : 'no candidate passed';
  const reasons = candidates.map((one) => `${nameOf(one)}: ${reasonOf(one)}`);
  return failure('not_verified', `${headline}: ${reasons.join('; ')}`, { headline });
}

/** `claude-code sonnet` */
export function nameOf({ tool, model }: Pick<RaceCandidate, 'tool' | 'model'>): string {
  return [tool, model === tool ? null : model].filter((name) => name !== null).join(' ');
}

/** Why a candidate has not won. */
export function reasonOf({ failure: failed, result }: RaceCandidate): string {
  if (failed !== null) return `${failed.type}: ${failed.message}`;
  return result === 'not_started' ? 'not started' : result;
}
