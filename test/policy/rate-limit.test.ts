import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideSlot, type SlotRules, type SlotState, slotRulesOf } from '../../src/policy/rate-limit.js';
import { configOf } from '../rig/config.js';

const MINUTE = 60_000;
const NOW = Date.UTC(2026, 10, 20, 12);

/** The limits of a tool, as its config states them. */
function rules(limits: string): SlotRules {
  const { bot } = configOf(`tools: { bot: { binary: bot, args: [], ${limits} } }\n`).tools;
  const found = bot === undefined ? null : slotRulesOf(bot);
  if (found === null) throw new Error('no limits');
  return found;
}

function windowed(perMinute: number, perHour: number): SlotRules {
  const windows: SlotRules['windows'] = [
    { name: 'minute', ms: MINUTE, most: perMinute, at: null },
    { name: 'hour', ms: 60 * MINUTE, most: perHour, at: null },
  ];
  return { tool: 'bot', concurrency: null, windows, queue: 100, at: null };
}

function state(more: Partial<SlotState> = {}): SlotState {
  return { running: 0, starts: [], ahead: 0, waiting: 0, isQueued: false, isShared: false, ...more };
}

/** `mostWaitMs` of half a minute. */
const decide = (limits: string, more: Partial<SlotState>) =>
  decideSlot(rules(limits), state(more), { nowMs: NOW, mostWaitMs: 30_000 });

/** Starts so many seconds ago, oldest first. */
const ago = (...seconds: number[]): number[] => seconds.map((one) => NOW - one * 1000);

const ADMITTED = { is: 'admitted' };
const waiting = (ahead: number, opensIn: number | null) => ({
  is: 'waiting',
  ahead,
  opensAtMs: opensIn === null ? null : NOW + opensIn * 1000,
});

describe('a slot', () => {
  it.each([
    ['is free', 'concurrency: 2', { running: 1 }, ADMITTED],
    ['is not free', 'concurrency: 2', { running: 2 }, waiting(0, null)],
    [
      'is free, but earlier requests are queued',
      'concurrency: 2',
      { running: 1, ahead: 3, waiting: 3 },
      waiting(3, null),
    ],
    ['is shared with nested runs', 'concurrency: 1', { running: 1, isShared: true }, ADMITTED],
    [
      'needs room in the minute',
      'rate_limit: { requests_per_minute: 2 }',
      { starts: ago(50, 1) },
      waiting(0, 10),
    ],
    [
      'has room again after a minute',
      'rate_limit: { requests_per_minute: 2 }',
      { starts: ago(60, 1) },
      ADMITTED,
    ],
    [
      'is shared, but its starts count',
      'rate_limit: { requests_per_minute: 1 }',
      { starts: ago(45), isShared: true },
      waiting(0, 15),
    ],
    [
      'waits for earlier requests',
      'rate_limit: { requests_per_minute: 2 }',
      { starts: ago(55, 40), ahead: 1, waiting: 1 },
      waiting(1, 20),
    ],
    [
      'needs room in every window',
      'rate_limit: { requests_per_minute: 2, requests_per_hour: 3 }',
      { starts: ago(3590, 50, 40) },
      waiting(0, 10),
    ],
    [
      'waits for the running attempt and reports the window',
      'concurrency: 1, rate_limit: { requests_per_minute: 1 }',
      { running: 1, starts: ago(50) },
      waiting(0, 10),
    ],
  ] as const)('%s', (_what, limits, more, verdict) => {
    expect(decide(limits, more)).toEqual(verdict);
  });

  it('is refused when the known wait is too long, with the time of the next start', () => {
    expect(decide('rate_limit: { requests_per_minute: 1 }', { starts: ago(20) })).toEqual({
      is: 'refused',
      refusal: {
        detail: '`bot` may be started once in any minute, and may next start at 12:00:40 UTC (in 40.0 s)',
        hint: 'raise `requests_per_minute` at llm-router.yaml:2:75',
        at: 'llm-router.yaml:2:75',
      },
      opensAtMs: NOW + 40_000,
    });
  });

  it('is refused by a full queue, except to a request that is queued already', () => {
    const limits = 'concurrency: 1, rate_limit: { queue: 2 }';
    const full = { running: 1, ahead: 2, waiting: 2 };
    expect(decide(limits, full)).toMatchObject({ is: 'refused', opensAtMs: null });
    expect(decide(limits, { ...full, isQueued: true })).toEqual(waiting(2, null));
    expect(decide('concurrency: 1, rate_limit: { queue: 0 }', { running: 1 })).toMatchObject({
      is: 'refused',
      refusal: { detail: 'no slot of `bot` is free (1 in use), and 0 wait for one, of at most 0' },
    });
  });

  it('needs no rules without a limit', () => {
    const { bot } = configOf('tools: { bot: { binary: bot, args: [], rate_limit: { queue: 1 } } }\n').tools;
    expect(bot === undefined ? undefined : slotRulesOf(bot)).toBeNull();
  });
});

describe('the windows', () => {
  const arrivals = fc.array(fc.nat(90_000), { minLength: 1, maxLength: 60 });
  const limits = fc.record({
    perMinute: fc.integer({ min: 1, max: 6 }),
    perHour: fc.integer({ min: 1, max: 12 }),
  });

  it('never allow more starts than configured in any interval, nor delay one for longer than needed', () => {
    fc.assert(
      fc.property(arrivals, limits, (gaps, { perMinute, perHour }) => {
        const known = windowed(perMinute, perHour);
        const starts: number[] = [];
        let nowMs = NOW;
        for (const gap of gaps) {
          nowMs += gap;
          const verdict = decideSlot(known, state({ starts }), {
            nowMs,
            mostWaitMs: Number.POSITIVE_INFINITY,
          });
          if (verdict.is === 'waiting') {
            nowMs = verdict.opensAtMs ?? nowMs;
            const early = decideSlot(known, state({ starts }), { nowMs: nowMs - 1, mostWaitMs: 2 });
            expect(early.is).toBe('waiting');
          }
          expect(decideSlot(known, state({ starts }), { nowMs, mostWaitMs: 0 })).toEqual(ADMITTED);
          starts.push(nowMs);
        }
        expect(most(starts, MINUTE)).toBeLessThanOrEqual(perMinute);
        expect(most(starts, 60 * MINUTE)).toBeLessThanOrEqual(perHour);
      }),
    );
  });

  it('predict the start of a queued request when all requests ahead start as soon as possible', () => {
    fc.assert(
      fc.property(limits, fc.nat(12), ({ perMinute, perHour }, ahead) => {
        const known = windowed(perMinute, perHour);
        const patient = { nowMs: NOW, mostWaitMs: Number.POSITIVE_INFINITY };
        const opens = (starts: readonly number[], before: number): number => {
          const verdict = decideSlot(known, state({ starts, ahead: before, waiting: before }), patient);
          return verdict.is === 'waiting' ? (verdict.opensAtMs ?? NOW) : NOW;
        };
        const starts: number[] = [];
        for (let one = 0; one < ahead; one++) starts.push(opens(starts, 0));
        expect(opens([], ahead)).toBe(opens(starts, 0));
      }),
    );
  });
});

/** The most starts in any interval of this length. */
function most(starts: readonly number[], ms: number): number {
  return Math.max(...starts.map((from) => starts.filter((at) => at >= from && at < from + ms).length));
}
