import { describe, expect, it } from '@jest/globals';
import { formatUntil, parseAge, parseSince } from '../../src/domain/duration.js';
import { traceIdOf } from '../../src/domain/trace-context.js';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-20T12:00:00Z');

describe('ages', () => {
  it.each([
    ['30d', 720 * HOUR],
    ['2w', 336 * HOUR],
    ['12h', 12 * HOUR],
    ['1h30m', 1.5 * HOUR],
  ])('%s', (text, ms) => expect(parseAge(text)).toEqual({ ok: true, value: ms }));
  it.each(['', '30', 'd', '-1d', '1.5d', 'a week', '999999d'])('refuses `%s`', (text) =>
    expect(parseAge(text).ok).toBe(false),
  );
});

describe('since', () => {
  it.each([
    ['7d', NOW - 168 * HOUR],
    ['2026-11-20', NOW - 12 * HOUR],
    ['2026-11-20T09:30', NOW - 2.5 * HOUR],
    ['2026-11-20 09:30:00Z', NOW - 2.5 * HOUR],
    ['2026-11-20T09:30:00+01:00', NOW - 3.5 * HOUR],
  ])('%s', (text, ms) => expect(parseSince(text, NOW)).toEqual({ ok: true, value: ms }));
  it.each(['', 'yesterday', '2026-13-01', '20.11.2026', '2026-11-20T25:00'])('refuses `%s`', (text) =>
    expect(parseSince(text, NOW).ok).toBe(false),
  );
});

describe('a future time', () => {
  it.each([
    [42_000, '12:00:42 UTC (in 42.0 s)'],
    [35_000_000, '21:43 UTC (in 9h 43m)'],
    [90_000_000, '2026-11-21 13:00 UTC (in 25h 00m)'],
    [10.6 * 86_400_000, '2026-12-01 02:24 UTC (in 11 days)'],
    [-5, '11:59:59 UTC (in 0 ms)'],
  ])('in %s ms', (ms, text) => expect(formatUntil(NOW + ms, NOW)).toBe(text));
});

describe('traceparent', () => {
  const id = '4bf92f3577b34da6a3ce929d0e0e4736';
  it.each([
    [`00-${id}-00f067aa0ba902b7-01`, id],
    [`01-${id}-00f067aa0ba902b7-01-what-later-versions-add`, id],
    [`ff-${id}-00f067aa0ba902b7-01`, null],
    [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, null],
    [`00-${id}-${'0'.repeat(16)}-01`, null],
    [`00-${id.toUpperCase()}-00f067aa0ba902b7-01`, null],
    ['nonsense', null],
    [undefined, null],
  ])('%s', (header, wanted) => expect(traceIdOf(header)).toBe(wanted));
});
