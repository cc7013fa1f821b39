import { onAbort } from './domain/abort.js';
import { type StoppableDeadline, stoppableDeadline } from './domain/deadline.js';
import { briefDuration, MAX_DURATION_MS } from './domain/duration.js';
import { type Failure, failure } from './domain/failure.js';

/** What bounds an invocation. */
export interface DeadlineLimits {
  /** The whole invocation, ms; `null`: no limit. */
  timeoutMs: number | null;
  /** The option that sets `timeoutMs`, for the hint. */
  timeoutOption: string;
  /** Cancels the invocation; the reason may be the name of a process signal. */
  cancel: readonly AbortSignal[];
  monotonicMs: () => number;
}

/** Starts the clock of an invocation. `dispose` stops it and lets go of the `cancel` signals. */
export function startDeadline(limits: DeadlineLimits): StoppableDeadline & { dispose: () => void } {
  const { timeoutMs, timeoutOption, monotonicMs } = limits;
  const startMs = monotonicMs();
  const deadline = stoppableDeadline(() =>
    timeoutMs === null ? null : Math.round(startMs + timeoutMs - monotonicMs()),
  );
  const timer =
    timeoutMs === null
      ? undefined
      : setTimeout(
          () => deadline.stop(expired(timeoutMs, timeoutOption)),
          Math.min(timeoutMs, MAX_DURATION_MS),
        );
  const releases = limits.cancel.map((one) => onAbort(one, () => deadline.stop(cancelled(one.reason))));
  const dispose = (): void => {
    clearTimeout(timer);
    for (const release of releases) release();
  };
  return Object.assign(deadline, { dispose });
}

function expired(timeoutMs: number, option: string): Failure {
  return failure('timeout', `the run did not finish within ${briefDuration(timeoutMs)}`, {
    phase: 'invocation',
    hint: `give more time with \`${option}\``,
  });
}

function cancelled(reason: unknown): Failure {
  if (reason === 'SIGINT' || reason === 'SIGTERM' || reason === 'SIGHUP')
    return failure('cancelled', `cancelled by ${reason}`, { phase: reason });
  return failure('cancelled', 'the run was cancelled');
}
