import { FAILURES, type Failure } from '../domain/failure.js';
import type { Access } from '../domain/request.js';

/** What follows from a failed attempt. */
export type Decision = { action: 'next' } | { action: 'stop'; failure: Failure };

/** What is known when an attempt has failed. */
export interface DecisionInput {
  failure: Failure;
  access: Access;
  /** The tool had shown output or activity. */
  active: boolean;
  /** Live text had been shown to the caller. */
  shown: boolean;
}

/** Applies the decision table: on to the next candidate, or the failure that ends the run. */
export function decide({ failure, access, active, shown }: DecisionInput): Decision {
  const row = FAILURES[failure.type];
  if (failure.type === 'cancelled') return { action: 'stop', failure };
  if (shown) return { action: 'stop', failure: asPartial(failure) };
  if (active && (access === 'edit' || access === 'full')) return { action: 'stop', failure };
  if (row.fallback === 'never') return { action: 'stop', failure };
  if (row.fallback === 'unless_invocation' && failure.phase === 'invocation')
    return { action: 'stop', failure };
  return { action: 'next' };
}

/** A failure after live text: another answer would be mixed into the half that was shown. */
function asPartial(failure: Failure): Failure {
  if (failure.type === 'timeout' && failure.phase === 'invocation') return failure;
  return { ...failure, type: 'partial', message: `${failure.message}, after part of the answer was shown` };
}
