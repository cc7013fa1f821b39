import { onAbort } from './domain/abort.js';
import { OwnDeadline } from './domain/deadline.js';
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

/** Starts the clock of an invocation. */
export function startDeadline(limits: DeadlineLimits): RunningDeadline {
  return new RunningDeadline(limits);
}

/** The deadline of an invocation, whose clock runs. */
export class RunningDeadline extends OwnDeadline {
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #releases: readonly (() => void)[];

  constructor({ timeoutMs, timeoutOption, cancel, monotonicMs }: DeadlineLimits) {
    const startMs = monotonicMs();
    super(() => (timeoutMs === null ? null : Math.round(startMs + timeoutMs - monotonicMs())));
    if (timeoutMs !== null)
      this.#timer = setTimeout(
        () => this.stop(expired(timeoutMs, timeoutOption)),
        Math.min(timeoutMs, MAX_DURATION_MS),
      );
    this.#releases = cancel.map((one) => onAbort(one, () => this.stop(cancelled(one.reason))));
  }

  /** Stops the clock and lets go of the `cancel` signals. */
  dispose(): void {
    clearTimeout(this.#timer);
    for (const release of this.#releases) release();
  }
}

function expired(timeoutMs: number, option: string): Failure {
  return failure('timeout', `the run did not finish within ${briefDuration(timeoutMs)}`, {
    phase: 'invocation',
    hint: `give more time with \`${option}\``,
  });
}

/** The failure of what was ended by an abort with this reason: the name of a signal, or anything else. */
export function cancelled(reason: unknown): Failure {
  if (reason === 'SIGINT' || reason === 'SIGTERM' || reason === 'SIGHUP')
    return failure('cancelled', `cancelled by ${reason}`, { phase: reason });
  return failure('cancelled', 'the run was cancelled');
}
