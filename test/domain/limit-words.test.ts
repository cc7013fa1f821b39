import { describe, expect, it } from '@jest/globals';
import { limitEnd } from '../../src/domain/limit-time.js';
import { isUsedUp, limitsInWords } from '../../src/domain/limit-words.js';

const NOW_MS = Date.parse('2026-11-20T18:00:00.000Z');
const inSeconds = (seconds: number) => new Date(NOW_MS + seconds * 1000).toISOString();

const endOf = (message: string) =>
  limitEnd(limitsInWords(message), { nowMs: NOW_MS, zone: 'UTC' })?.resetAt ?? null;

describe('the end of a limit in the words of a message', () => {
  it.each([
    ['Rate limit reached. Please try again in 20 seconds.', inSeconds(20)],
    ['Please try again in 1m2.5s. Visit the docs', inSeconds(62.5)],
    ['You exceeded your quota. Please retry in 34.07s.', inSeconds(34.07)],
    ['Please retry after 32 seconds.', inSeconds(32)],
    ['Please wait 10s before trying again.', inSeconds(10)],
    ['Please wait for 5 minutes and try again', inSeconds(300)],
    ['try again in 2h15m', inSeconds(8100)],
    ['try again in about 2 hours', inSeconds(7200)],
    ['Your limit resets in 58 hours', inSeconds(208_800)],
    ['Retry after 12 s', inSeconds(12)],
    ['Your quota will reset after 19h23m45s.', inSeconds(69_825)],
    ['try again in 2 days 17 hours and 14 minutes', inSeconds(234_840)],
    ['Try again in an hour', inSeconds(3600)],
    ['limit hit, available again in 3 days', inSeconds(259_200)],
    ['Retry-After: 60', inSeconds(60)],
    ['{"details":[{"retryDelay":"34s"}]}', inSeconds(34)],
    ['{"retry_after":7}', inSeconds(7)],
    ['{"retry_after_seconds": 7}', inSeconds(7)],
    ["You've hit your limit · resets 3pm (Europe/Paris)", '2026-11-21T14:00:00.000Z'],
    ['5-hour limit reached ∙ resets 3pm', '2026-11-21T15:00:00.000Z'],
    ['Your limit will reset at 3pm (America/Santiago).', '2026-11-20T18:00:00.000Z'],
    ['Weekly limit reached ∙ resets Dec 3, 5pm', '2026-12-03T17:00:00.000Z'],
    ['Limit reached. Resets on 3 Dec 2026 at 17:00', '2026-12-03T17:00:00.000Z'],
    ['resets Monday, 8am (Europe/Paris)', '2026-11-23T07:00:00.000Z'],
    ['resets at 15:00 UTC', '2026-11-21T15:00:00.000Z'],
    ['resets at 15:00:30 GMT', '2026-11-21T15:00:00.000Z'],
    ['Try again at 3:52 PM PST.', '2026-11-20T23:52:00.000Z'],
    ['try again at 3:52 PM ET', '2026-11-20T20:52:00.000Z'],
    ['resets at 2026-11-21 09:00:00 +0800', '2026-11-21T01:00:00.000Z'],
    ['resets at 15:00 +0530', '2026-11-21T09:30:00.000Z'],
    ['Try again at Apr 28th, 2027 10:03 PM.', '2027-04-28T22:03:00.000Z'],
    ['You will regain access on 2099-12-01 at 00:00 UTC.', '2099-12-01T00:00:00.000Z'],
    ['Your quota resets at midnight UTC', '2026-11-21T00:00:00.000Z'],
    ['try again tomorrow at 9am', '2026-11-21T09:00:00.000Z'],
    ['Blocked until Fri, 20 Nov 2026 18:00:07 GMT', '2026-11-20T18:00:07.000Z'],
    ['"resets_at": 1795219200', '2026-11-21T00:00:00.000Z'],
    ['reset: 2026-11-21T10:00:00Z', '2026-11-21T10:00:00.000Z'],
  ])('%s', (message, expected) => {
    expect(endOf(message)).toBe(expected);
  });

  it.each([
    '',
    'You exceeded 50 requests per 1 minute',
    'Limit 30000, Used 29000, Requested 2000',
    'Too many requests in 60 seconds',
    'try again later',
    'resets soon',
    'resets when the cows come home',
    'wait for it',
    'retry with model gpt-5',
    'Please try again with 2 files',
  ])('`%s` has no end', (message) => {
    expect(endOf(message)).toBeNull();
  });
});

describe('a used-up allowance', () => {
  it.each([
    ["You've hit your weekly limit", true],
    ["You've hit your org's monthly usage limit", true],
    ["Your group's usage limit is set to $0", true],
    ['5-hour limit reached', true],
    ['You have exhausted your daily quota', true],
    ['Your workspace is out of credits', true],
    ['Usage limit reached', true],
    ['Rate limit reached for requests per minute', false],
    ['Too many requests', false],
    ['slow down', false],
  ])('%s: %s', (message, expected) => {
    expect(isUsedUp(message)).toBe(expected);
  });
});
