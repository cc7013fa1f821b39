import type { CooldownPolicy } from '../config/types.js';
import { formatUntil } from '../domain/duration.js';
import type { Cooldown } from '../domain/facts.js';
import { type Failure, type FailureType, isTemporary } from '../domain/failure.js';

/** A (tool, model) pair; `model` is `null` for a tool without models. */
export interface CoolingPair {
  tool: string;
  model: string | null;
}

/** What all processes of the user have learnt: who is left alone, and which failures may lead to that. */
export interface CooldownState {
  cooldowns: readonly Cooldown[];
  failures: readonly (CoolingPair & { atMs: number })[];
}

/** Nobody is left alone. */
export const NO_COOLDOWNS: CooldownState = { cooldowns: [], failures: [] };

/** The longest time that is believed, ms: limits of providers reset within a month, and a clock may have been wrong. */
const LONGEST_MS = 32 * 24 * 3_600_000;

/** Of the pairs that cool down now: the entry that keeps this one from running; one of its model, or of the whole tool. */
export function activeCooldown(
  cooldowns: readonly Cooldown[],
  pair: CoolingPair,
  nowMs: number,
): Cooldown | null {
  return cooldowns.find((cooldown) => isActive(cooldown, nowMs) && holdsFor(cooldown, pair)) ?? null;
}

/** `cooling down until 14:20 UTC (in 9h 44m): usage limit reached` */
export function cooldownText({ reason, untilMs }: Cooldown, nowMs: number): string {
  return `cooling down until ${formatUntil(untilMs, nowMs)}: ${REASONS[reason] ?? `repeated failures (${reason})`}`;
}

const REASONS: Partial<Readonly<Record<FailureType, string>>> = {
  quota: 'usage limit reached',
  rate_limit: 'rate limit reached',
};

/** Whether an entry counts now. */
export function isActive({ untilMs }: Cooldown, nowMs: number): boolean {
  return untilMs > nowMs && untilMs <= nowMs + LONGEST_MS;
}

/**
 * What is known after a failure: a limit with a known end cools down until then, a used-up quota for the policy's time, and
 * so does what failed too often in too short a time. Failures that say nothing of the tool's health change nothing.
 */
export function afterFailure(
  state: CooldownState,
  { pair, failure, policy, nowMs }: Learnt & { failure: Failure; policy: CooldownPolicy },
): CooldownState {
  if (!saysOfHealth(failure)) return state;
  const current = withoutOld(state, nowMs, policy);
  const until = limitEndMs(failure, nowMs, policy);
  const model = failure.cools === 'tool' ? null : pair.model;
  if (until !== null)
    return { ...current, cooldowns: started(current, { ...pair, model }, reasonOf(failure), until) };
  const failures = [...current.failures, { ...pair, atMs: nowMs }];
  const own = failures.filter((one) => isSame(one, pair));
  if (own.length < policy.afterFailures) return { ...current, failures };
  return {
    cooldowns: started(current, pair, reasonOf(failure), nowMs + policy.forMs),
    failures: failures.filter((one) => !isSame(one, pair)),
  };
}

/** What is known after a success: whatever kept the pair from running is over. The same state when nothing did. */
export function afterSuccess(state: CooldownState, pair: CoolingPair): CooldownState {
  const cooldowns = state.cooldowns.filter((cooldown) => !holdsFor(cooldown, pair));
  const failures = state.failures.filter((one) => !isSame(one, pair));
  const isSameState =
    cooldowns.length === state.cooldowns.length && failures.length === state.failures.length;
  return isSameState ? state : { cooldowns, failures };
}

interface Learnt {
  pair: CoolingPair;
  nowMs: number;
}

/** Only what another caller would run into as well. */
function saysOfHealth(failure: Failure): boolean {
  if (failure.type === 'timeout') return failure.phase !== 'invocation' || failure.waitedFor !== null;
  return (
    isTemporary(failure.type) || failure.type === 'provider_error' || failure.type === 'invalid_response'
  );
}

/** When a limit ends, ms since the epoch; `null`: it is no limit, or one that told nothing. */
function limitEndMs(failure: Failure, nowMs: number, policy: CooldownPolicy): number | null {
  const { resetAt, retryAfterMs } = failure;
  if (resetAt !== null && Date.parse(resetAt) > nowMs) return Date.parse(resetAt);
  if (retryAfterMs !== null) return nowMs + retryAfterMs;
  return reasonOf(failure) === 'quota' ? nowMs + policy.forMs : null;
}

/** A tool that was ended while it waited for a limit would run into that again. */
function reasonOf({ type, waitedFor }: Failure): FailureType {
  return waitedFor ?? type;
}

function started(
  { cooldowns }: CooldownState,
  pair: CoolingPair,
  reason: FailureType,
  untilMs: number,
): Cooldown[] {
  return [...cooldowns.filter((one) => !isSame(one, pair)), { ...pair, reason, untilMs }];
}

function withoutOld(state: CooldownState, nowMs: number, policy: CooldownPolicy): CooldownState {
  return {
    cooldowns: state.cooldowns.filter((cooldown) => isActive(cooldown, nowMs)),
    failures: state.failures.filter(({ atMs }) => atMs <= nowMs && atMs > nowMs - policy.withinMs),
  };
}

function holdsFor(cooldown: CoolingPair, pair: CoolingPair): boolean {
  return cooldown.tool === pair.tool && (cooldown.model === null || cooldown.model === pair.model);
}

function isSame(a: CoolingPair, b: CoolingPair): boolean {
  return a.tool === b.tool && a.model === b.model;
}
