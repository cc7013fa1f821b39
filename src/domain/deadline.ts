import { firstAbort } from './abort.js';
import type { Failure } from './failure.js';

/** When and why a run has to end. */
export interface Deadline {
  /** Aborted as soon as the run has to end. */
  readonly signal: AbortSignal;
  /** Why the run has to end; `null`: not yet. */
  readonly failure: Failure | null;
  /** Time left for the whole run, ms; `null`: no limit. */
  remainingMs(): number | null;
}

/** A deadline that its holder can bring forward. */
export interface StoppableDeadline extends Deadline {
  /** Ends the run now; later calls change nothing. */
  stop(failure: Failure): void;
}

/** A deadline that ends only by `stop`. */
export function stoppableDeadline(remainingMs: () => number | null): StoppableDeadline {
  const controller = new AbortController();
  let failure: Failure | null = null;
  return {
    signal: controller.signal,
    get failure() {
      return failure;
    },
    remainingMs,
    stop: (reason) => {
      if (failure !== null) return;
      failure = reason;
      controller.abort(reason);
    },
  };
}

/** The deadline of one part of a run: ends with the whole run, or earlier by `stop`. */
export function childDeadline(parent: Deadline): StoppableDeadline {
  const own = stoppableDeadline(() => parent.remainingMs());
  return {
    // Not released: both end with the run.
    signal: firstAbort([parent.signal, own.signal]).signal,
    get failure() {
      return own.failure ?? parent.failure;
    },
    remainingMs: own.remainingMs,
    stop: (reason) => {
      if (parent.failure === null) own.stop(reason);
    },
  };
}
