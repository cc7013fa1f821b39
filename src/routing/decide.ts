import { decidingFailure, FAILURES, type Failure } from '../domain/failure.js';
import type { Access } from '../domain/request.js';
import { askedDelayMs } from './backoff.js';
import type { Decision, DecisionInput, FailedAttempt, LeftChanges, RunCandidate, Stop } from './decision.js';
import {
  backoffOf,
  continuationOf,
  continues,
  coolingMs,
  delayFrom,
  hasEdited,
  hasRetriesLeft,
  isInTime,
  waitForOne,
} from './waits.js';

/** Applies the decision table to all attempts so far. Always terminates: never more attempts than `max_attempts`. */
export function decide<C extends RunCandidate>(input: DecisionInput<C>): Decision<C> {
  const last = input.attempts.at(-1);
  const ending = last === undefined ? null : endedBy(last, input);
  const isSpent = input.attempts.length + input.fruitlessWaits >= input.rules.retry.maxAttempts;
  if (last !== undefined && ending !== null)
    return (isSpent ? null : continuationOf(last, input)) ?? stop(ending);
  if (last !== undefined && !isSpent) {
    const again = retryOf(last, input);
    if (again !== null) return again;
  }
  if (last !== undefined && isFinal(last, input)) return stop(last.failure);
  if (isSpent) return exhausted(input);
  const next = input.candidates.find((candidate) => mayFollow(candidate, input));
  if (next !== undefined) return { action: 'run', candidate: next };
  return waitForOne(input) ?? exhausted(input);
}

/** Whether a failure ends the run without another candidate and without a wait. */
function isFinal<C extends RunCandidate>(last: FailedAttempt<C>, { attempts }: DecisionInput<C>): boolean {
  const { fallback } = FAILURES[last.failure.type];
  if (fallback !== 'other_provider') return fallback === 'never';
  const others = attempts.slice(0, -1);
  return !last.failure.isUnexplained || others.some(({ failure }) => failure.type === last.failure.type);
}

function stop(failure: Failure): { action: 'stop'; stop: Stop } {
  return { action: 'stop', stop: { failure, readyAtMs: null } };
}

/** The failure that ends a run even with candidates left; `null`: it goes on. */
function endedBy<C extends RunCandidate>(
  { candidate, failure, mayHaveChanged, shown, left = null }: FailedAttempt<C>,
  { access, rules, candidates }: DecisionInput<C>,
): Failure | null {
  if (failure.type === 'not_restored') return failure;
  if (failure.type === 'cancelled') return failure;
  if (failure.type === 'timeout' && failure.phase === 'invocation') return failure;
  if (shown) return withLeft(asPartial(failure), left);
  const edited = hasEdited({ candidate, mayHaveChanged }, access);
  if (!edited || rules.retry.afterSideEffects) return null;
  return afterSideEffects(failure, { access, left, hasOthers: candidates.length > 1 });
}

/** A failure after live text: another answer would be mixed into the half that was shown. */
function asPartial(failure: Failure): Failure {
  return { ...failure, type: 'partial', message: `${failure.message}, after part of the answer was shown` };
}

/** The failure with what it left in the files. */
export function withLeft(
  failure: Failure,
  left: LeftChanges | null,
  { who = 'it', effect = '' }: { who?: string; effect?: string } = {},
): Failure {
  if (left === null) return failure;
  const hint = failure.hint === null ? left.hint : `${failure.hint}\n${left.hint}`;
  return { ...failure, message: `${failure.message}; ${who} had changed ${left.text}${effect}`, hint };
}

const TO_FALL_BACK =
  '`recovery.after_failure` of the policy (`rollback`, `hand_over`) lets the fallback be tried after such a failure';

/** Another attempt could repeat or damage what the first one did. */
function afterSideEffects(
  failure: Failure,
  { access, left, hasOthers }: { access: Access; left: LeftChanges | null; hasOthers: boolean },
): Failure {
  if (left !== null) {
    const way = hasOthers ? `\n${TO_FALL_BACK}` : '';
    return withLeft(failure, { ...left, hint: left.hint + way }, { effect: ', so no fallback was tried' });
  }
  const message = `${failure.message}; it had started to work with access \`${access}\`, so no fallback was tried`;
  const hint = 'look at what it has done; `retry.after_side_effects: true` in the policy tries again anyway';
  return { ...failure, message, hint };
}

/** A retry of the same candidate after a short enough wait; `null`: not now. */
function retryOf<C extends RunCandidate>(
  last: FailedAttempt<C>,
  input: DecisionInput<C>,
): Decision<C> | null {
  if (!isRetried(last, input) || !leavesAttemptsForOthers(input)) return null;
  const delayMs = delayFrom(last, input);
  if (delayMs > backoffOf(last.candidate, last.failure.type, input.rules).maxDelayMs) return null;
  if (!isInTime(delayMs, input)) return null;
  return { action: 'wait', candidate: last.candidate, delayMs, continues: continues(last, input) };
}

/** Reserves one attempt for every untried candidate. */
function leavesAttemptsForOthers<C extends RunCandidate>(input: DecisionInput<C>): boolean {
  const others = input.candidates.filter((candidate) => mayFollow(candidate, input)).length;
  return input.attempts.length + input.fruitlessWaits + others < input.rules.retry.maxAttempts;
}

/** Whether the table and the remaining retries allow the same candidate before any other. */
function isRetried<C extends RunCandidate>(attempt: FailedAttempt<C>, input: DecisionInput<C>): boolean {
  const { candidate, failure } = attempt;
  if (candidate.state.is === 'refused' || !hasRetriesLeft(attempt, input)) return false;
  switch (FAILURES[failure.type].retry) {
    case 'never':
      return false;
    case 'always':
      return true;
    case 'once':
      return timesFailed(attempt, input) === 1;
    case 'connect':
      return failure.phase === 'connect';
    case 'http':
      return candidate.tool.kind === 'http';
    case 'contract':
      return input.rules.retry.retryOnContractViolation && timesFailed(attempt, input) === 1;
    case 'if_last':
      return !input.rules.autoFallbackOnRateLimit;
  }
}

function timesFailed<C extends RunCandidate>(
  { candidate, failure }: FailedAttempt<C>,
  { attempts }: DecisionInput<C>,
): number {
  return attempts.filter((one) => one.candidate === candidate && one.failure.type === failure.type).length;
}

/** Whether an untried candidate may be next. */
function mayFollow<C extends RunCandidate>(candidate: C, input: DecisionInput<C>): boolean {
  if (candidate.state.is === 'refused' || coolingMs(candidate, input.nowMs) > 0) return false;
  return input.attempts.every((one) => one.candidate !== candidate && fitsAfter(candidate, one));
}

/** After a prompt that was too long only a larger window helps, after an exceeded budget only a lower price, after a bad request only another provider. */
function fitsAfter(next: RunCandidate, { candidate, failure }: FailedAttempt<RunCandidate>): boolean {
  switch (FAILURES[failure.type].fallback) {
    case 'larger_window':
      return isMore(next.model?.contextWindow ?? null, candidate.model?.contextWindow ?? null);
    case 'cheaper':
      return isMore(priceUsd(candidate), priceUsd(next));
    case 'other_provider':
      return providerOf(candidate) !== providerOf(next);
    default:
      return true;
  }
}

function providerOf({ tool, model }: RunCandidate): string {
  return model?.provider ?? tool.name;
}

/** Price of a million input and a million output tokens; `null`: unknown. */
function priceUsd({ model }: RunCandidate): number | null {
  const price = model?.price ?? null;
  return price === null ? null : price.input + price.output;
}

/** Unknown values do not exclude a candidate. */
function isMore(more: number | null, less: number | null): boolean {
  return more === null || less === null || more > less;
}

/** The end when every candidate failed or may not run: the deciding failure, and when one may run again. */
function exhausted<C extends RunCandidate>(input: DecisionInput<C>): Decision<C> {
  const failure = decidingFailure(input.attempts.map((attempt) => attempt.failure));
  return { action: 'stop', stop: { failure, readyAtMs: knownReturn(input) } };
}

/** The earliest reset time of a provider or a cooldown; our own backoff has none. */
function knownReturn<C extends RunCandidate>(input: DecisionInput<C>): number | null {
  const known = input.candidates.flatMap((candidate) => {
    const { state } = candidate;
    const last = input.attempts.findLast((one) => one.candidate === candidate);
    if (last === undefined) return state.is === 'cooling' || state.is === 'queued' ? state.untilMs : [];
    const delay = askedDelayMs(last.failure, last.endedMs);
    const cooling = coolingMs(candidate, input.nowMs);
    if (delay === null && cooling === 0) return [];
    return Math.max(last.endedMs + (delay ?? 0), input.nowMs + cooling);
  });
  return known.length === 0 ? null : Math.min(...known);
}
