import { type Failure, failure } from '../domain/failure.js';
import type { Run } from './state.js';

/** A run, as far as it concerns its caller. */
export type NestedRun = Pick<Run, 'planned' | 'host' | 'stores' | 'stop' | 'recorder'>;

/** Lets go of the place that a nested run has among those of its caller. */
export type Leave = () => Promise<void>;

/** Why a nested run is one too many. */
export function tooMany(inAll: number): Failure {
  const message = `the run that makes this nested call may make ${inAll} in all (\`max_children.in_all\`)`;
  return failure('not_allowed', message, { phase: 'plan', hint: 'raise it in the policy of that run' });
}
