import { describe, expect, it } from '@jest/globals';
import { limitEnd, readResetTime, readWait } from '../../src/domain/limit-time.js';
import type { LimitMention } from '../../src/domain/limit-words.js';

/** A Friday evening in Paris. */
const NOW = '2026-11-20T18:00:00.000Z';

function resetAt(text: string, { now = NOW, zone = 'UTC' } = {}): string | null {
  const ms = readResetTime(text, { nowMs: Date.parse(now), zone });
  return ms === null ? null : new Date(ms).toISOString();
}

describe('a reset time', () => {
  it.each([
    ['3:20pm (Europe/Paris)', '2026-11-21T14:20:00.000Z'],
    ['9:20pm (Europe/Paris)', '2026-11-20T20:20:00.000Z'],
    ['9:20 PM (Europe/Paris)', '2026-11-20T20:20:00.000Z'],
    ['3:20pm (Asia/Shanghai)', '2026-11-21T07:20:00.000Z'],
    ['8am', '2026-11-21T08:00:00.000Z'],
    ['at 8am', '2026-11-21T08:00:00.000Z'],
    ['8 a.m.', '2026-11-21T08:00:00.000Z'],
    ['12am', '2026-11-21T00:00:00.000Z'],
    ['12pm', '2026-11-21T12:00:00.000Z'],
    ['20:15', '2026-11-20T20:15:00.000Z'],
    ['Oct 12, 8am (Europe/Paris)', '2027-10-12T06:00:00.000Z'],
    ['Dec 3, 8am (Europe/Paris)', '2026-12-03T07:00:00.000Z'],
    ['Apr 23 at 4pm (America/Recife)', '2027-04-23T19:00:00.000Z'],
    ['April 23', '2027-04-23T00:00:00.000Z'],
    ['Mon', '2026-11-23T00:00:00.000Z'],
    ['Monday, 8am (Europe/Paris)', '2026-11-23T07:00:00.000Z'],
    ['Fri', '2026-11-27T00:00:00.000Z'],
    ['Fri 7pm', '2026-11-20T19:00:00.000Z'],
    ['Apr 28th, 2027 10:03 PM', '2027-04-28T22:03:00.000Z'],
    ['Apr 28th, 2026 10:03 PM.', '2026-04-28T22:03:00.000Z'],
    ['1753077600', '2025-07-21T06:00:00.000Z'],
    ['1753077600.25', '2025-07-21T06:00:00.250Z'],
    ['1753077600000', '2025-07-21T06:00:00.000Z'],
    ['2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21T10:00:00.250+01:00', '2026-11-21T09:00:00.250Z'],
    ['2026-11-21 10:00:00 UTC', '2026-11-21T10:00:00.000Z'],
    ['2026-11-21 (Europe/Paris)', '2026-11-20T23:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(resetAt(text)).toBe(expected);
  });

  it.each([
    '',
    ' ',
    '.',
    'soon',
    'in a while',
    '8',
    '13pm',
    '0am',
    '25:00',
    '8:75am',
    'Feb 30',
    'Oct 32, 8am',
    '8am (Nowhere/Town)',
    '8am ()',
    '2026-13-40',
    '2026-11-21T99:00',
    '3600',
    '0',
    '99999999999999999999',
    '8am or so',
    'Mon 8am please',
  ])('`%s` is unknown', (text) => {
    expect(resetAt(text)).toBeNull();
  });

  it.each([
    ['passed by nine minutes means that one', '5:51pm', '2026-11-20T17:51:00.000Z'],
    ['passed by more means tomorrow', '5:49pm', '2026-11-21T17:49:00.000Z'],
    ['is the very moment', '6pm', '2026-11-20T18:00:00.000Z'],
    ['with a day passed by minutes means that one', 'Nov 20, 5:55pm', '2026-11-20T17:55:00.000Z'],
    ['with a day passed by more means next year', 'Nov 20, 5pm', '2027-11-20T17:00:00.000Z'],
  ])('that %s', (_name, text, expected) => {
    expect(resetAt(text)).toBe(expected);
  });

  it('without a zone is in the zone of the machine', () => {
    expect(resetAt('8am', { zone: 'America/Recife' })).toBe('2026-11-21T11:00:00.000Z');
    expect(resetAt('8am (Europe/Paris)', { zone: 'America/Recife' })).toBe('2026-11-21T07:00:00.000Z');
  });

  it('without a date is today in its zone, where it may be tomorrow already', () => {
    expect(resetAt('1am (Asia/Tokyo)', { now: '2026-11-20T15:30:00.000Z' })).toBe('2026-11-20T16:00:00.000Z');
  });

  it.each([
    ['2026-03-28T12:00:00.000Z', '8am (Europe/Paris)', '2026-03-29T06:00:00.000Z', 'the day of 23 hours'],
    ['2026-10-24T12:00:00.000Z', '8am (Europe/Paris)', '2026-10-25T07:00:00.000Z', 'the day of 25 hours'],
    [
      '2026-03-28T12:00:00.000Z',
      '2:30am (Europe/Paris)',
      '2026-03-29T01:30:00.000Z',
      'an hour that is left out',
    ],
    [
      '2026-10-24T12:00:00.000Z',
      '2:30am (Europe/Paris)',
      '2026-10-25T01:30:00.000Z',
      'the hour that comes twice',
    ],
    [
      '2026-07-01T12:00:00.000Z',
      'Oct 25, 2:30am (Europe/Paris)',
      '2026-10-25T01:30:00.000Z',
      'it, with a day',
    ],
    [
      '2026-12-01T12:00:00.000Z',
      'Oct 25, 2:30am (Europe/Paris)',
      '2027-10-25T00:30:00.000Z',
      'it, a year later',
    ],
    [
      '2026-10-24T12:00:00.000Z',
      'Mon (Europe/Paris)',
      '2026-10-25T23:00:00.000Z',
      'a weekday behind the change',
    ],
    ['2027-06-01T12:00:00.000Z', 'Feb 29, 8am', '2028-02-29T08:00:00.000Z', 'a leap day'],
    ['2026-12-31T23:30:00.000Z', '1am', '2027-01-01T01:00:00.000Z', 'a new year'],
  ])('at %s reads `%s` as %s: %s', (now, text, expected) => {
    expect(resetAt(text, { now })).toBe(expected);
  });
});

describe('a wait', () => {
  it.each([
    ['34s', 34_000],
    ['34.07s', 34_070],
    ['2', 2000],
    ['0.5', 500],
    ['632ms', 632],
    ['19h23m', 69_780_000],
    ['19h23m45s.', 69_825_000],
    ['2 days 17 hours 14 minutes', 234_840_000],
    ['2 days, 17 hours and 14 minutes', 234_840_000],
    ['1 Day', 86_400_000],
    ['1 week', 604_800_000],
    ['5 min', 300_000],
    ['2s or so', 2000],
    ['1 minute, 1 try', 60_000],
    ['2s. Retry after 5s', 2000],
  ])('%s', (text, expected) => {
    expect(readWait(text)).toBe(expected);
  });

  it.each(['', 'soon', 's', '-5', '5 apples', '1e9', 'NaN', '12:30', '1 and 2', 'in 5s', '2 ,5s'])(
    '`%s` is unknown',
    (text) => {
      expect(readWait(text)).toBeNull();
    },
  );
});

describe('the end of a limit', () => {
  const clock = { nowMs: Date.parse(NOW), zone: 'UTC' };
  const end = (...mentions: LimitMention[]) => limitEnd(mentions, clock);

  it('gives both the time and the wait', () => {
    expect(end({ kind: 'retry_after', value: 90, zone: null })).toEqual({
      resetAt: '2026-11-20T18:01:30.000Z',
      retryAfterMs: 90_000,
    });
    expect(end({ kind: 'reset_at', value: '8pm', zone: 'Europe/Paris' })).toEqual({
      resetAt: '2026-11-20T19:00:00.000Z',
      retryAfterMs: 3_600_000,
    });
  });

  it('is now for a time that has passed', () => {
    const now = { resetAt: NOW, retryAfterMs: 0 };
    expect(end({ kind: 'reset_at', value: 1753077600, zone: null })).toEqual(now);
    expect(end({ kind: 'reset_at', value: '5:55pm', zone: null })).toEqual(now);
  });

  it('reads the date of an HTTP header', () => {
    expect(end({ kind: 'retry_after', value: 'Fri, 20 Nov 2026 18:00:07 GMT', zone: null })).toEqual({
      resetAt: '2026-11-20T18:00:07.000Z',
      retryAfterMs: 7000,
    });
  });

  it('comes from the first readable mention', () => {
    const unreadable: LimitMention = { kind: 'reset_at', value: 'next blue moon', zone: null };
    const second = end(unreadable, { kind: 'retry_after', value: '5s', zone: null });
    expect(second?.retryAfterMs).toBe(5000);
  });

  it.each<LimitMention>([
    { kind: 'retry_after', value: '400 days', zone: null },
    { kind: 'retry_after', value: 99_999_999_999, zone: null },
    { kind: 'retry_after', value: 'Fri, 31 Dec 9999 23:59:59 GMT', zone: null },
    { kind: 'reset_at', value: '9999-12-31T00:00:00Z', zone: null },
  ])('is not believed where no limit lasts so long, as for $value', (absurd) => {
    const next: LimitMention = { kind: 'retry_after', value: '5s', zone: null };
    expect(limitEnd([absurd], clock)).toBeNull();
    expect(limitEnd([absurd, next], clock)?.retryAfterMs).toBe(5000);
    const inNextYear: LimitMention = { kind: 'retry_after', value: '33 days', zone: null };
    expect(limitEnd([inNextYear, next], clock)?.retryAfterMs).toBe(5000);
  });

  it.each<LimitMention>([
    { kind: 'reset_at', value: '8am', zone: 'Mars/Olympus' },
    { kind: 'reset_at', value: '8am', zone: '' },
    { kind: 'reset_at', value: null, zone: null },
    { kind: 'reset_at', value: { at: '8am' }, zone: null },
    { kind: 'retry_after', value: '99999999999999999 days', zone: null },
  ])('is unknown, never zero, for $value ($zone)', (mention) => {
    expect(end(mention)).toBeNull();
  });
});
