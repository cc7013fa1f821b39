import type { Backoff } from '../config/types.js';
import { FAILURES, type Failure, type FailureType } from '../domain/failure.js';
import type { Access } from '../domain/request.js';
import { askedDelayMs, backoffFor, retryDelayMs } from './backoff.js';
import type { Decision, DecisionInput, FailedAttempt, RetryRules, RunCandidate } from './decision.js';

/** The candidate that is ready first, if the wait for it is allowed. */
export function waitForOne<C extends RunCandidate>(input: DecisionInput<C>): Decision<C> | null {
  const readyTimes = input.candidates.flatMap((candidate) => readyTimeOf(candidate, input) ?? []);
  const [first] = readyTimes.sort((a, b) => a.readyAtMs - b.readyAtMs);
  if (first === undefined) return null;
  const delayMs = Math.max(0, first.readyAtMs - input.nowMs);
  const { candidate, needsPatience, type } = first;
  const ordinary = needsPatience ? 0 : backoffOf(candidate, type, input.rules).maxDelayMs;
  const { patienceMs, continueWithinMs } = input.rules;
  if (delayMs > Math.max(ordinary, first.continues ? continueWithinMs : patienceMs)) return null;
  if (!isInTime(delayMs, input)) return null;
  return { action: 'wait', candidate, delayMs, continues: first.continues };
}

/** A candidate that can be tried later. */
interface ReadyCandidate<C extends RunCandidate> {
  candidate: C;
  type: Failure['type'];
  readyAtMs: number;
  /** The table has no ordinary retry for it: it is retried only within `--patience`. */
  needsPatience: boolean;
  /** Its session goes on. */
  continues: boolean;
}

function readyTimeOf<C extends RunCandidate>(
  candidate: C,
  input: DecisionInput<C>,
): ReadyCandidate<C> | null {
  const { state } = candidate;
  if (state.is === 'refused') return null;
  const last = input.attempts.findLast((one) => one.candidate === candidate);
  if (last !== undefined) return afterAttempt(last, input);
  if (state.is !== 'cooling' && state.is !== 'queued') return null;
  return { candidate, type: 'rate_limit', readyAtMs: state.untilMs, needsPatience: false, continues: false };
}

/** When a limit resets. For a used-up quota the time must be known. */
function afterAttempt<C extends RunCandidate>(
  attempt: FailedAttempt<C>,
  input: DecisionInput<C>,
): ReadyCandidate<C> | null {
  const { candidate, failure, endedMs } = attempt;
  const { type } = failure;
  if (!hasRetriesLeft(attempt, input)) return null;
  const asked = askedDelayMs(failure, endedMs);
  const resumes = continues(attempt, input);
  if (type === 'quota' && asked !== null)
    return { candidate, type, readyAtMs: endedMs + asked, needsPatience: true, continues: resumes };
  const rule = FAILURES[type].retry;
  const isKnown = asked !== null || coolingMs(candidate, input.nowMs) > 0;
  if (rule !== 'if_last' && !(rule === 'always' && isKnown)) return null;
  const readyAtMs = input.nowMs + delayFrom(attempt, input);
  return { candidate, type, readyAtMs, needsPatience: false, continues: resumes };
}

/** The wait for the reset of a limit, to continue a session although nothing else may follow; `null`: it is not allowed. */
export function continuationOf<C extends RunCandidate>(
  last: FailedAttempt<C>,
  input: DecisionInput<C>,
): Decision<C> | null {
  const { candidate } = last;
  if (!continues(last, input) || candidate.state.is === 'refused' || !hasRetriesLeft(last, input))
    return null;
  const delayMs = delayFrom(last, input);
  if (delayMs > input.rules.continueWithinMs || !isInTime(delayMs, input)) return null;
  return { action: 'wait', candidate, delayMs, continues: true };
}

/** Whether the session of a failed attempt goes on once its limit has reset, instead of a new attempt that starts over. */
export function continues<C extends RunCandidate>(
  attempt: FailedAttempt<C>,
  { rules, access, attempts }: DecisionInput<C>,
): boolean {
  const { failure, endedMs, canContinue = false } = attempt;
  const isLimit = failure.type === 'quota' || failure.type === 'rate_limit';
  const isKnown = isLimit && askedDelayMs(failure, endedMs) !== null;
  if (!canContinue || !isKnown || rules.continueWithinMs === 0) return false;
  const later = attempts.slice(attempts.indexOf(attempt) + 1);
  return !later.some((one) => hasEdited(one, access));
}

/** A provider's API changes no files: only a program can have changed something. */
export function hasEdited(
  { candidate, mayHaveChanged }: Pick<FailedAttempt<RunCandidate>, 'candidate' | 'mayHaveChanged'>,
  access: Access,
): boolean {
  return candidate.tool.kind !== 'http' && mayHaveChanged && (access === 'edit' || access === 'full');
}

/** Whether the candidate of a failed attempt may be tried again after this type of failure. */
export function hasRetriesLeft<C extends RunCandidate>(
  { candidate, failure }: FailedAttempt<C>,
  { attempts, rules }: DecisionInput<C>,
): boolean {
  const retries = attempts.filter((one) => one.candidate === candidate).length - 1;
  return retries < backoffOf(candidate, failure.type, rules).maxRetries;
}

/** The waits of a candidate after a failure, and their number. */
export function backoffOf(
  { tool }: Pick<RunCandidate, 'tool'>,
  type: FailureType,
  { retry, maxRetries }: RetryRules,
): Backoff {
  const own = backoffFor(retry, type, tool.retry);
  return maxRetries === null ? own : { ...own, maxRetries };
}

/** From now until the candidate of a failed attempt may be tried again. */
export function delayFrom<C extends RunCandidate>(
  { candidate, failure, endedMs }: FailedAttempt<C>,
  input: DecisionInput<C>,
): number {
  const retry = input.attempts.filter((one) => one.candidate === candidate).length;
  const { nowMs, random, rules } = input;
  const fromItsEnd = retryDelayMs(failure, {
    backoff: backoffOf(candidate, failure.type, rules),
    jitter: rules.retry.jitter,
    retry,
    random,
    nowMs: endedMs,
  });
  return Math.max(endedMs + fromItsEnd - nowMs, coolingMs(candidate, nowMs));
}

/** Time until a candidate may run, ms; 0: now. */
export function coolingMs({ state }: RunCandidate, nowMs: number): number {
  return state.is === 'cooling' || state.is === 'queued' ? Math.max(0, state.untilMs - nowMs) : 0;
}

/** Whether a wait ends before the run does. */
export function isInTime<C extends RunCandidate>(
  delayMs: number,
  { remainingMs }: DecisionInput<C>,
): boolean {
  return remainingMs === null || delayMs < remainingMs;
}
