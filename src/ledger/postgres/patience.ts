import { onAbort } from '../../domain/abort.js';

/** How long a wait goes on after its run was asked to end, ms: a server that works answers in this time. */
const ENDING_MS = 500;

/** The end of a wait. */
export interface Patience {
  /** Aborted once it has ended. */
  limit: AbortSignal;
  leftMs(): number;
  /** Stops its clock. */
  dispose(): void;
}

/** Waits so many ms at most, and not much longer once `ending` is aborted. */
export function patience(waitMs: number, ending: AbortSignal | null): Patience {
  const over = new AbortController();
  const end = (): void => over.abort();
  let endMs = performance.now() + waitMs;
  let timer = setTimeout(end, waitMs);
  const hurry = (): void => {
    endMs = Math.min(endMs, performance.now() + ENDING_MS);
    clearTimeout(timer);
    timer = setTimeout(end, endMs - performance.now());
  };
  const release = ending === null ? null : onAbort(ending, hurry);
  return {
    limit: over.signal,
    leftMs: () => endMs - performance.now(),
    dispose: () => {
      clearTimeout(timer);
      release?.();
    },
  };
}
