import { type Failure, failure } from '../domain/failure.js';

/** A command that was ended by a signal of the user, named by the reason of `signal`. */
export function stopped(signal: AbortSignal): Failure {
  return failure('cancelled', `cancelled by ${signal.reason}`, { phase: signal.reason });
}
