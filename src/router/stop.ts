import { type Failure, failure, isFailure } from '../domain/failure.js';

/** One signal for the whole run: aborted by the caller or by the deadline, with the `Failure` to report as its reason. */
export function stopSignal(
  deps: { signal: AbortSignal },
  timeoutMs: number | null,
): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  // The caller's signal may serve hundreds of runs at once, and Node warns of more than ten listeners.
  const outer = AbortSignal.any([deps.signal]);
  const onAbort = (): void => controller.abort(cancelFailure(outer.reason));
  if (outer.aborted) onAbort();
  outer.addEventListener('abort', onAbort, { once: true });
  const timer = timeoutMs === null ? null : setTimeout(() => controller.abort(deadlineFailure()), timeoutMs);
  const dispose = (): void => {
    if (timer !== null) clearTimeout(timer);
    outer.removeEventListener('abort', onAbort);
  };
  return { signal: controller.signal, dispose };
}

function deadlineFailure(): Failure {
  return failure('timeout', 'the whole run took longer than its `--timeout`', {
    phase: 'invocation',
    hint: 'give more time with `--timeout`',
  });
}

/** A signal's name, or a ready failure, as the failure to report. */
export function cancelFailure(reason: unknown): Failure {
  if (reason === 'SIGINT' || reason === 'SIGTERM' || reason === 'SIGHUP') {
    return failure('cancelled', `cancelled by ${reason}`, { phase: reason });
  }
  return isFailure(reason) ? reason : failure('cancelled', 'the run was cancelled');
}
