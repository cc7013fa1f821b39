import { parseDuration } from '../domain/duration.js';
import { type Failure, failure } from '../domain/failure.js';
import { ok, type Result } from '../domain/result.js';
import { cancelFailure } from '../router/stop.js';
import type { CommandContext } from './context.js';

/** What ends a run from outside: its own time limit, a stop signal, or a reader that has gone. */
export interface Deadline {
  timeoutMs: number | null;
  /** Aborted with the `Failure` to report. */
  signal: AbortSignal;
  dispose: () => void;
}

/** `--timeout` bounds the whole invocation, waiting for stdin included. A text that is no duration is a `usage` failure. */
export function startDeadline(
  context: CommandContext,
  timeout: string | undefined,
): Result<Deadline, Failure> {
  const limit = timeout === undefined ? ok(null) : parseDuration(timeout);
  if (!limit.ok) return { ok: false, error: failure('usage', `--timeout: ${limit.error}`) };
  const { signal, closed } = { signal: context.world.signal, closed: context.output.closed };
  const controller = new AbortController();
  const expired = failure('timeout', `the run did not finish within ${timeout}`, {
    phase: 'invocation',
    hint: 'give more time with `--timeout`',
  });
  const timer = limit.value === null ? null : setTimeout(() => controller.abort(expired), limit.value);
  const stop = (): void => controller.abort(cancelFailure(signal.reason));
  const gone = (): void => controller.abort(failure('cancelled', 'the reader of the output has gone'));
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  closed.addEventListener('abort', gone, { once: true });
  const dispose = (): void => {
    if (timer !== null) clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    closed.removeEventListener('abort', gone);
  };
  return ok({ timeoutMs: limit.value, signal: controller.signal, dispose });
}
