import type { Failure } from '../../domain/failure.js';
import { limitMentions } from './limits.js';
import type { FinishedCall } from './outcome.js';

/** The failure of a call with the end of its limit, if the provider names one. The parser of times is loaded only then. */
export async function withLimitEnd(call: FinishedCall, failed: Failure, nowMs: number): Promise<Failure> {
  const error = call.refusal ?? call.answer.error;
  const mentions = limitMentions(
    call.response?.headers ?? {},
    error === null ? '' : `${error.message}\n${error.raw}`,
  );
  const isLimit = ['rate_limit', 'quota', 'overloaded', 'provider_error'].includes(failed.type);
  if (mentions.length === 0 || !isLimit) return failed;
  const { limitEnd } = await import('../../domain/limit-time.js');
  return { ...failed, ...limitEnd(mentions, { nowMs, zone: 'utc' }) };
}
