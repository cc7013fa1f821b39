import type { Backoff, RetryPolicy } from '../config/types.js';
import type { Failure, FailureType } from '../domain/failure.js';

/** The waits of one type of failure of a tool. */
export function backoffFor(retry: RetryPolicy, type: FailureType, ofTool: Partial<Backoff>): Backoff {
  return { ...retry, ...retry.perFailure[type], ...ofTool };
}

/**
 * The wait before retry number `retry` (from 1) of the same candidate, ms. It grows up to the longest one, and with jitter it is
 * anywhere between zero and that (full jitter), so that many callers do not retry at once. A wait that the provider requires is never
 * shortened.
 */
export function retryDelayMs(
  failure: Failure,
  known: { backoff: Backoff; jitter: boolean; retry: number; random: number; nowMs: number },
): number {
  const { baseDelayMs, multiplier, maxDelayMs } = known.backoff;
  const full = Math.min(maxDelayMs, baseDelayMs * multiplier ** (known.retry - 1));
  const own = known.jitter ? full * known.random : full;
  return Math.ceil(Math.max(own, askedDelayMs(failure, known.nowMs) ?? 0));
}

/** The wait that the tool or provider requires, from `nowMs` on; `null`: none. */
export function askedDelayMs({ retryAfterMs, resetAt }: Failure, nowMs: number): number | null {
  if (resetAt !== null) return Math.max(0, Date.parse(resetAt) - nowMs);
  return retryAfterMs;
}
