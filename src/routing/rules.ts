import type { PolicyConfig } from '../config/types.js';
import type { Request } from '../domain/request.js';
import type { RetryRules } from './decision.js';

/** The rules of a policy with the changes of a request: `max_attempts` allows all requested retries and every other candidate. */
export function rulesFor(
  policy: Pick<PolicyConfig, 'retry' | 'autoFallbackOnRateLimit' | 'recovery'>,
  request: Pick<Request, 'maxRetries' | 'patienceMs' | 'origin'>,
  candidates: number,
): RetryRules {
  const { maxRetries, patienceMs, origin } = request;
  const { retry, autoFallbackOnRateLimit, recovery } = policy;
  // A client of the server has its own time limit.
  const atReset = recovery.resumeAtReset && origin === 'command_line' ? recovery.maxWaitMs : 0;
  const asked = maxRetries === null ? 0 : maxRetries + Math.max(1, candidates);
  return {
    retry: { ...retry, maxAttempts: Math.max(retry.maxAttempts, asked) },
    maxRetries,
    autoFallbackOnRateLimit,
    patienceMs,
    continueWithinMs: Math.max(patienceMs, atReset),
  };
}
