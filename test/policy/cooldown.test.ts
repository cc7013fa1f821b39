import { describe, expect, it } from '@jest/globals';
import { type Failure, type FailureType, failure } from '../../src/domain/failure.js';
import {
  activeCooldown,
  afterFailure,
  afterSuccess,
  type CooldownState,
  NO_COOLDOWNS,
} from '../../src/policy/cooldown.js';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const POLICY = { afterFailures: 3, withinMs: 60_000, forMs: 60_000 };
const PAIR = { tool: 'claude', model: 'opus' };

function learnt(
  state: CooldownState,
  type: FailureType,
  more: Partial<Failure> & { atMs?: number } = {},
): CooldownState {
  const { atMs = NOW, ...rest } = more;
  return afterFailure(state, { pair: PAIR, failure: failure(type, 'x', rest), policy: POLICY, nowMs: atMs });
}

describe('a cooldown', () => {
  it('starts at once for a limit with a known end, and lasts until then', () => {
    const { cooldowns } = learnt(NO_COOLDOWNS, 'quota', { resetAt: '2026-11-20T15:00:00.000Z' });
    expect(cooldowns).toEqual([{ ...PAIR, reason: 'quota', untilMs: NOW + 3 * 3_600_000 }]);
    expect(activeCooldown(cooldowns, PAIR, NOW)).not.toBeNull();
    expect(activeCooldown(cooldowns, PAIR, NOW + 3 * 3_600_000)).toBeNull();
    expect(activeCooldown(cooldowns, { tool: 'claude', model: 'haiku' }, NOW)).toBeNull();
  });

  it('covers the whole tool if its definition says so', () => {
    const { cooldowns } = learnt(NO_COOLDOWNS, 'rate_limit', { retryAfterMs: 9000, cools: 'tool' });
    expect(cooldowns).toEqual([{ tool: 'claude', model: null, reason: 'rate_limit', untilMs: NOW + 9000 }]);
    expect(activeCooldown(cooldowns, { tool: 'claude', model: 'haiku' }, NOW)).not.toBeNull();
  });

  it('lasts as long as the policy says for a used-up quota with unknown end', () => {
    expect(learnt(NO_COOLDOWNS, 'quota').cooldowns).toMatchObject([{ untilMs: NOW + 60_000 }]);
  });

  it.each([
    { resetAt: '9999-12-31T23:59:59.000Z' },
    { retryAfterMs: 33 * 24 * 3_600_000 },
    { retryAfterMs: Number.POSITIVE_INFINITY },
    { retryAfterMs: -5 },
    { resetAt: 'never' },
  ])('believes no end that cannot be true: %j', (told) => {
    expect(learnt(NO_COOLDOWNS, 'quota', told).cooldowns).toMatchObject([{ untilMs: NOW + 60_000 }]);
    expect(learnt(NO_COOLDOWNS, 'rate_limit', told).cooldowns).toEqual([]);
  });

  it('starts after the configured number of failures within the window', () => {
    const often = (...times: number[]): number =>
      times.reduce((state, atMs) => learnt(state, 'overloaded', { atMs }), NO_COOLDOWNS).cooldowns.length;
    expect(often(NOW, NOW + 1, NOW + 2)).toBe(1);
    expect(often(NOW, NOW + 1, NOW + 60_001)).toBe(0);
    expect(often(NOW, NOW + 1)).toBe(0);
  });

  it.each(['authentication', 'invalid_request', 'refused', 'contract_violation', 'cancelled'] as const)(
    'does not start for %s',
    (type) => {
      expect(learnt(NO_COOLDOWNS, type, { retryAfterMs: 1000 })).toBe(NO_COOLDOWNS);
    },
  );

  it('does not start for the deadline of the whole run', () => {
    expect(learnt(NO_COOLDOWNS, 'timeout', { phase: 'invocation' })).toBe(NO_COOLDOWNS);
    expect(learnt(NO_COOLDOWNS, 'timeout', { phase: 'idle' }).failures).toHaveLength(1);
  });

  it('begins for the limit that a tool was waiting for when the run ended', () => {
    const waited = { phase: 'invocation', waitedFor: 'rate_limit', retryAfterMs: 9000 } as const;
    const { cooldowns } = learnt(NO_COOLDOWNS, 'timeout', waited);
    expect(cooldowns).toEqual([{ ...PAIR, reason: 'rate_limit', untilMs: NOW + 9000 }]);
  });

  it('ends with a success, for the model and the tool, and changes nothing for others', () => {
    const other = { tool: 'codex', model: null, reason: 'quota' as const, untilMs: NOW + 1 };
    const whole = { ...other, tool: 'claude' };
    const own = { ...PAIR, reason: 'quota' as const, untilMs: NOW + 1 };
    const state = { cooldowns: [own, whole, other], failures: [{ ...PAIR, atMs: NOW }] };
    expect(afterSuccess(state, PAIR)).toEqual({ cooldowns: [other], failures: [] });
    const unchanged = { cooldowns: [other], failures: [] };
    expect(afterSuccess(unchanged, PAIR)).toBe(unchanged);
  });

  it('is ignored when it would last longer than a month, since a clock was wrong', () => {
    const cooldowns = [{ ...PAIR, reason: 'quota' as const, untilMs: NOW + 40 * 24 * 3_600_000 }];
    expect(activeCooldown(cooldowns, PAIR, NOW)).toBeNull();
  });
});
