import type { RetryPolicy } from '../config/types.js';
import { decidingFailure, FAILURES, type Failure } from '../domain/failure.js';
import type { Access } from '../domain/request.js';
import { askedDelayMs, backoffFor, retryDelayMs } from './backoff.js';

/** What follows: a candidate is run now, or after a wait, or the run ends. `index` counts the standings. */
export type Decision =
  | { action: 'run'; index: number }
  | { action: 'wait'; index: number; delayMs: number }
  | { action: 'stop'; stop: Stop };

/** Why a run ends without an answer. `failure` is `null` when nobody was tried. */
export interface Stop {
  failure: Failure | null;
  /** When somebody can be tried again, ms since the epoch; `null`: unknown, or it would not help. */
  backAtMs: number | null;
}

/** A candidate as it stands now. */
export interface Standing {
  kind: 'command' | 'http' | 'mock';
  /** Tokens; `null`: unknown. */
  contextWindow: number | null;
  /** Price of a million tokens in and a million out, USD; `null`: unknown. */
  priceUsd: number | null;
  /** It cools down until then, ms since the epoch; `null`: it does not. */
  coolsUntilMs: number | null;
  /** A gate has refused it since the plan was made. */
  refused: boolean;
}

/** One attempt that failed. */
export interface Trial {
  index: number;
  failure: Failure;
  /** The tool had shown output or activity. */
  active: boolean;
  /** Live text had been shown to the caller. */
  shown: boolean;
  /** ms since the epoch. */
  endedMs: number;
}

/** The rules of one run. */
export interface RetryRules {
  retry: RetryPolicy;
  autoFallbackOnRateLimit: boolean;
  /** How long to wait beyond `max_delay` when nobody else is left, ms. */
  patienceMs: number;
}

/** Everything that a decision depends on. */
export interface DecisionInput {
  rules: RetryRules;
  access: Access;
  standings: readonly Standing[];
  /** Every attempt so far; all failed. */
  trials: readonly Trial[];
  /** Waits after which the gates refused the candidate that was waited for. */
  fruitlessWaits: number;
  nowMs: number;
  /** What is left for the whole run, ms; `null`: no limit. */
  remainingMs: number | null;
  /** Uniform in [0, 1). */
  random: number;
}

/** Applies the decision table to all that happened so far. Total, and finite: no more attempts than `max_attempts`. */
export function decide(input: DecisionInput): Decision {
  const last = input.trials.at(-1);
  const ending = last === undefined ? null : endedBy(last, input);
  if (ending !== null) return stop(ending);
  const isSpent = input.trials.length + input.fruitlessWaits >= input.rules.retry.maxAttempts;
  if (last !== undefined && !isSpent) {
    const again = sameAgain(last, input);
    if (again !== null) return again;
  }
  if (last !== undefined && FAILURES[last.failure.type].fallback === 'never') return stop(last.failure);
  if (isSpent) return exhausted(input);
  const next = input.standings.findIndex((_, index) => mayFollow(index, input));
  if (next >= 0) return { action: 'run', index: next };
  return waitForOne(input) ?? exhausted(input);
}

/** The rules of a policy, as a request changes them: `--retries` counts for every failure. */
export function rulesFor(
  policy: { retry: RetryPolicy; autoFallbackOnRateLimit: boolean },
  request: { maxRetries: number | null; patienceMs: number },
): RetryRules {
  const { maxRetries, patienceMs } = request;
  const { retry, autoFallbackOnRateLimit } = policy;
  if (maxRetries === null) return { retry, autoFallbackOnRateLimit, patienceMs };
  const perFailure = Object.fromEntries(
    Object.entries(retry.perFailure).map(([type, own]) => [type, { ...own, maxRetries }]),
  );
  const maxAttempts = Math.max(retry.maxAttempts, maxRetries + 1);
  return {
    retry: { ...retry, maxRetries, maxAttempts, perFailure },
    autoFallbackOnRateLimit,
    patienceMs,
  };
}

function stop(failure: Failure): Decision {
  return { action: 'stop', stop: { failure, backAtMs: null } };
}

/** The failure that ends a run whoever else could be tried; `null`: it goes on. */
function endedBy(trial: Trial, { access, rules, standings }: DecisionInput): Failure | null {
  const { failure, active, shown } = trial;
  if (failure.type === 'cancelled') return failure;
  if (failure.type === 'timeout' && failure.phase === 'invocation') return failure;
  if (shown) return asPartial(failure);
  // A provider's API has no hands: only a program can have changed something.
  const hasHands = standings[trial.index]?.kind !== 'http';
  const mayHaveChanged = hasHands && active && (access === 'edit' || access === 'full');
  return mayHaveChanged && !rules.retry.afterSideEffects ? afterSideEffects(failure, access) : null;
}

/** A failure after live text: another answer would be mixed into the half that was shown. */
function asPartial(failure: Failure): Failure {
  return { ...failure, type: 'partial', message: `${failure.message}, after part of the answer was shown` };
}

/** A second try could repeat or spoil what the first one did. */
function afterSideEffects(failure: Failure, access: Access): Failure {
  const message = `${failure.message}; it had started to work with access \`${access}\`, so nobody else was tried`;
  const hint = 'look at what it has done; `retry.after_side_effects: true` in the policy tries again anyway';
  return { ...failure, message, hint };
}

/** The same candidate again, after a wait that is short enough; `null`: not now. */
function sameAgain(last: Trial, input: DecisionInput): Decision | null {
  if (!isRetried(last, input) || !sparesTheOthers(input)) return null;
  const delayMs = delayFrom(last, input);
  if (delayMs > backoffFor(input.rules.retry, last.failure.type).maxDelayMs) return null;
  if (input.remainingMs !== null && delayMs >= input.remainingMs) return null;
  return { action: 'wait', index: last.index, delayMs };
}

/** Retries must not use up the attempts that those need who were not tried yet. */
function sparesTheOthers(input: DecisionInput): boolean {
  const others = input.standings.filter((_, index) => mayFollow(index, input)).length;
  return input.trials.length + input.fruitlessWaits + others < input.rules.retry.maxAttempts;
}

/** Whether the table, and what is left of the retries, allow the same candidate before any other. */
function isRetried(trial: Trial, input: DecisionInput): boolean {
  if (input.standings[trial.index]?.refused !== false || !hasRetriesLeft(trial, input)) return false;
  const { failure, index } = trial;
  switch (FAILURES[failure.type].retry) {
    case 'never':
      return false;
    case 'always':
      return true;
    case 'once':
      return timesFailed(input, index, failure.type) === 1;
    case 'connect':
      return failure.phase === 'connect';
    case 'http':
      return input.standings[index]?.kind === 'http';
    case 'contract':
      return input.rules.retry.retryOnContractViolation && timesFailed(input, index, failure.type) === 1;
    case 'if_last':
      return !input.rules.autoFallbackOnRateLimit;
  }
}

function hasRetriesLeft({ index, failure }: Trial, { trials, rules }: DecisionInput): boolean {
  const retries = trials.filter((trial) => trial.index === index).length - 1;
  return retries < backoffFor(rules.retry, failure.type).maxRetries;
}

function timesFailed({ trials }: DecisionInput, index: number, type: Failure['type']): number {
  return trials.filter((trial) => trial.index === index && trial.failure.type === type).length;
}

/** From now until the candidate of a failed attempt may be tried again. */
function delayFrom({ index, failure, endedMs }: Trial, input: DecisionInput): number {
  const retry = input.trials.filter((trial) => trial.index === index).length;
  const { nowMs, random, rules } = input;
  const fromItsEnd = retryDelayMs(failure, { policy: rules.retry, retry, random, nowMs: endedMs });
  return Math.max(endedMs + fromItsEnd - nowMs, coolingMs(index, input));
}

/** For how long a candidate cools down from now on, ms; 0: it does not. */
function coolingMs(index: number, { standings, nowMs }: DecisionInput): number {
  return Math.max(0, (standings[index]?.coolsUntilMs ?? nowMs) - nowMs);
}

/** Whether a candidate that was not tried yet comes next. */
function mayFollow(index: number, input: DecisionInput): boolean {
  const standing = input.standings[index];
  if (standing === undefined || standing.refused) return false;
  if (coolingMs(index, input) > 0) return false;
  return input.trials.every((trial) => trial.index !== index && fitsAfter(standing, trial, input));
}

/** After a prompt that was too long only a larger window helps, after a limit of money only a lower price. */
function fitsAfter(standing: Standing, { index, failure }: Trial, { standings }: DecisionInput): boolean {
  const failed = standings[index];
  if (failed === undefined) return true;
  switch (FAILURES[failure.type].fallback) {
    case 'larger_window':
      return isMore(standing.contextWindow, failed.contextWindow);
    case 'cheaper':
      return isMore(failed.priceUsd, standing.priceUsd);
    default:
      return true;
  }
}

/** What is unknown is not held against a candidate. */
function isMore(more: number | null, less: number | null): boolean {
  return more === null || less === null || more > less;
}

/** The candidate that is back first, when the wait for it is allowed. */
function waitForOne(input: DecisionInput): Decision | null {
  const first = earliest(input);
  if (first === null) return null;
  const delayMs = Math.max(0, first.backAtMs - input.nowMs);
  const { retry, patienceMs } = input.rules;
  const ordinary = first.needsPatience ? 0 : backoffFor(retry, first.type).maxDelayMs;
  if (delayMs > Math.max(ordinary, patienceMs)) return null;
  if (input.remainingMs !== null && delayMs >= input.remainingMs) return null;
  return { action: 'wait', index: first.index, delayMs };
}

/** Somebody who can be tried later. */
interface Comeback {
  index: number;
  type: Failure['type'];
  backAtMs: number;
  /** The table has no ordinary retry for it: only a caller who is ready to wait gets one. */
  needsPatience: boolean;
}

function earliest(input: DecisionInput): Comeback | null {
  const comebacks = input.standings.flatMap((standing, index) => comebackOf(standing, index, input) ?? []);
  return comebacks.sort((a, b) => a.backAtMs - b.backAtMs)[0] ?? null;
}

function comebackOf(standing: Standing, index: number, input: DecisionInput): Comeback | null {
  if (standing.refused) return null;
  const last = input.trials.findLast((trial) => trial.index === index);
  if (last !== undefined) return afterTrial(last, input);
  const { coolsUntilMs } = standing;
  if (coolsUntilMs === null) return null;
  return { index, type: 'rate_limit', backAtMs: coolsUntilMs, needsPatience: false };
}

/** A limit that ends by itself. A used-up quota comes back too, at a time that must be known. */
function afterTrial(trial: Trial, input: DecisionInput): Comeback | null {
  const { failure, index, endedMs } = trial;
  if (!hasRetriesLeft(trial, input)) return null;
  const asked = askedDelayMs(failure, endedMs);
  if (failure.type === 'quota' && asked !== null)
    return { index, type: failure.type, backAtMs: endedMs + asked, needsPatience: true };
  const rule = FAILURES[failure.type].retry;
  const isTold = asked !== null || coolingMs(index, input) > 0;
  if (rule !== 'if_last' && !(rule === 'always' && isTold)) return null;
  return {
    index,
    type: failure.type,
    backAtMs: input.nowMs + delayFrom(trial, input),
    needsPatience: false,
  };
}

/** Everybody failed or is left alone: the deciding failure, and when somebody is back. */
function exhausted(input: DecisionInput): Decision {
  const failure = decidingFailure(input.trials.map((trial) => trial.failure));
  return { action: 'stop', stop: { failure, backAtMs: knownReturn(input) } };
}

/** The first moment that was told, by a provider or a cooldown. A wait that is only our own backoff tells nothing. */
function knownReturn(input: DecisionInput): number | null {
  const known = input.standings.flatMap(({ coolsUntilMs }, index) => {
    const last = input.trials.findLast((trial) => trial.index === index);
    if (last === undefined) return coolsUntilMs ?? [];
    const delay = askedDelayMs(last.failure, last.endedMs);
    const cooling = coolingMs(index, input);
    if (delay === null && cooling === 0) return [];
    return Math.max(last.endedMs + (delay ?? 0), input.nowMs + cooling);
  });
  return known.length === 0 ? null : Math.min(...known);
}
