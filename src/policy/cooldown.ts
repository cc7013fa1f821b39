import type { CooldownPolicy } from '../config/types.js';
import { formatUntil, LONGEST_LIMIT_MS } from '../domain/duration.js';
import type { Cooldown } from '../domain/facts.js';
import { type Failure, type FailureType, isTemporary } from '../domain/failure.js';

/** A (tool, model) pair; `model` is `null` for a tool without models. */
export interface CoolingPair {
  tool: string;
  model: string | null;
}

/** The shared state of all processes of the user: cooldowns, and recent failures that may lead to one. */
export interface CooldownState {
  cooldowns: readonly Cooldown[];
  failures: readonly (CoolingPair & { atMs: number })[];
}

/** No cooldowns. */
export const NO_COOLDOWNS: CooldownState = { cooldowns: [], failures: [] };

/** The cooldown that applies to a pair now: of its model, or of the whole tool. */
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

/** Whether a cooldown is active. */
export function isActive({ untilMs }: Cooldown, nowMs: number): boolean {
  return untilMs > nowMs && untilMs <= nowMs + LONGEST_LIMIT_MS;
}

/**
 * The state after a failure. A limit with a known end cools down until then; a used-up quota, or too many failures in a short
 * time, for the time of the policy. Failures that do not concern the tool's health change nothing.
 */
export function afterFailure(
  state: CooldownState,
  { pair, failure, policy, nowMs }: CooldownUpdate & { failure: Failure; policy: CooldownPolicy },
): CooldownState {
  if (!concernsHealth(failure)) return state;
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

/** The state after a success: the pair has no cooldown any more. Returns the same state if it had none. */
export function afterSuccess(state: CooldownState, pair: CoolingPair): CooldownState {
  const cooldowns = state.cooldowns.filter((cooldown) => !holdsFor(cooldown, pair));
  const failures = state.failures.filter((one) => !isSame(one, pair));
  const isSameState =
    cooldowns.length === state.cooldowns.length && failures.length === state.failures.length;
  return isSameState ? state : { cooldowns, failures };
}

interface CooldownUpdate {
  pair: CoolingPair;
  nowMs: number;
}

/** Whether another caller would get the same failure. */
function concernsHealth(failure: Failure): boolean {
  if (failure.type === 'timeout') return failure.phase !== 'invocation' || failure.waitedFor !== null;
  return (
    isTemporary(failure.type) || failure.type === 'provider_error' || failure.type === 'invalid_response'
  );
}

/** End of a limit, ms since the epoch; `null`: not a limit, or its end is unknown. */
function limitEndMs(failure: Failure, nowMs: number, policy: CooldownPolicy): number | null {
  const { resetAt, retryAfterMs } = failure;
  const ends = [resetAt === null ? Number.NaN : Date.parse(resetAt), nowMs + (retryAfterMs ?? Number.NaN)];
  const believed = ends.find((endMs) => endMs >= nowMs && endMs <= nowMs + LONGEST_LIMIT_MS);
  if (believed !== undefined) return believed;
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
