import type { Outcome } from '../../domain/attempt.js';
import type { FailureType } from '../../domain/failure.js';

/** Whether a tool may have changed files although no event of it says so. */
export function mayHaveActed({ worked = false, failure }: Outcome): boolean {
  if (failure?.isUnexplained === true) return worked;
  return worked && !BEFORE_ANY_WORK.some((type) => type === failure?.type);
}

/** So fails the start of a tool, or its first request. */
const BEFORE_ANY_WORK: readonly FailureType[] = [
  'authentication',
  'tool_not_found',
  'model_not_found',
  'invalid_request',
];
