import { firstAbort } from './abort.js';
import type { Failure } from './failure.js';

/** When and why a run has to end. */
export interface Deadline {
  /** Aborted as soon as the run has to end. Made when it is first asked for: many runs never need one. */
  readonly signal: AbortSignal;
  /** Why the run has to end; `null`: not yet. */
  readonly failure: Failure | null;
  /** Time left for the whole run, ms; `null`: no limit. */
  remainingMs(): number | null;
  /** Calls back as soon as the run has to end, at once when it already has; returns how to stop waiting for that. */
  onStop(then: () => void): () => void;
}

/** A deadline that its holder can bring forward. */
export interface StoppableDeadline extends Deadline {
  /** Ends the run now; later calls change nothing. */
  stop(failure: Failure): void;
}

/** A deadline that ends only by `stop`. */
export function stoppableDeadline(remainingMs: () => number | null): StoppableDeadline {
  const waiting = new Set<() => void>();
  let controller: AbortController | null = null;
  let failure: Failure | null = null;
  return {
    get signal() {
      controller ??= new AbortController();
      if (failure !== null) controller.abort(failure);
      return controller.signal;
    },
    get failure() {
      return failure;
    },
    remainingMs,
    onStop: (then) => {
      if (failure !== null) then();
      else waiting.add(then);
      return () => waiting.delete(then);
    },
    stop: (reason) => {
      if (failure !== null) return;
      failure = reason;
      controller?.abort(reason);
      for (const then of [...waiting]) then();
    },
  };
}

/** The deadline of one part of a run: ends with the whole run, or earlier by `stop`. */
export function childDeadline(parent: Deadline): StoppableDeadline {
  const own = stoppableDeadline(() => parent.remainingMs());
  let signal: AbortSignal | null = null;
  return {
    get signal() {
      // Not released: both end with the run.
      signal ??= firstAbort([parent.signal, own.signal]).signal;
      return signal;
    },
    get failure() {
      return own.failure ?? parent.failure;
    },
    remainingMs: own.remainingMs,
    onStop: (then) => {
      const releases = [parent.onStop(then), own.onStop(then)];
      return () => releases.forEach((release) => void release());
    },
    stop: (reason) => {
      if (parent.failure === null) own.stop(reason);
    },
  };
}
