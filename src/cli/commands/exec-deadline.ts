import { startDeadline } from '../../deadline.js';
import { parseDuration } from '../../domain/duration.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { CommandContext } from '../context.js';
import type { ExecOptions } from './exec-request.js';

/** `--timeout`, ms; `null` without one. */
export function timeoutOf({ timeout }: ExecOptions): Result<number | null, Failure> {
  const parsed = timeout === undefined ? ok(null) : parseDuration(timeout);
  return parsed.ok ? parsed : err(failure('usage', `--timeout: ${parsed.error}`));
}

/** Bounds the whole invocation, the wait for stdin included; it also ends when stdout is closed. */
export function deadlineOf({ world, output }: CommandContext, timeoutMs: number | null) {
  const deadline = startDeadline({
    timeoutMs,
    timeoutOption: '--timeout',
    cancel: [world.signal],
    monotonicMs: world.clock.monotonic,
  });
  const onClosed = (): void => deadline.stop(failure('cancelled', 'the reader of stdout closed it'));
  output.closed.addEventListener('abort', onClosed, { once: true });
  return deadline;
}
