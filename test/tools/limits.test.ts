import { describe, expect, it } from '@jest/globals';
import { ANSWERS, ERRORS, events } from './outputs.js';
import { NOW_MS, replay, withReplays } from './replay.js';
import { SAYINGS } from './sayings.js';

withReplays();

/** An answer that quotes every limit message, failure event and login message. */
const ANSWER = [
  ...Object.values(SAYINGS).flatMap((sayings) => sayings.map(({ words }) => words)),
  ...Object.values(ERRORS).map((print) => print('status 429: usage limit reached').stdout ?? ''),
  'Not logged in · Please run /login',
  'API key not valid. error: unknown option',
].join('\n');

describe.each(Object.entries(ANSWERS))('an answer of %s that speaks of limits', (tool, print) => {
  it('is a good answer', async () => {
    const { outcome } = await replay(tool, print(ANSWER));
    expect(outcome.failure).toBeNull();
    expect(outcome.text).toBe(ANSWER);
  });

  it('is not taken as the reason when the run fails', async () => {
    const { outcome } = await replay(tool, { ...print(ANSWER), exitCode: 1 });
    expect(outcome.failure).toMatchObject({ type: 'provider_error', resetAt: null, retryAfterMs: null });
  });

  it('is not taken as the reason when a signal ends the run', async () => {
    const { outcome } = await replay(tool, { ...print(ANSWER), signal: 'SIGTERM' });
    expect(outcome.failure).toMatchObject({ type: 'provider_error', resetAt: null, retryAfterMs: null });
  });
});

describe.each(Object.entries(SAYINGS))('a limit of %s', (tool, sayings) => {
  it.each(sayings)('$words', async ({ words, type, resetAt }) => {
    const print = ERRORS[tool];
    const { outcome } = await replay(tool, print?.(words) ?? {});
    const retryAfterMs = resetAt === null ? null : Date.parse(resetAt) - NOW_MS;
    expect(outcome.failure).toMatchObject({ type, resetAt, retryAfterMs });
  });
});

describe('a limit without a zone', () => {
  it.each([
    ['claude-code', "You've hit your limit · resets 8:30am", [8, 30]],
    ['claude-code', "You've hit your weekly limit · resets Mon", [0, 0]],
    ['codex', "You've hit your usage limit. Try again at Apr 28th, 2027 10:03 PM.", [22, 3]],
    ['codex', "You've hit your usage limit. Try again at 10:03 PM.", [22, 3]],
  ])('of %s is in the time zone of the machine: %s', async (tool, words, [hour, minute]) => {
    const { outcome } = await replay(tool, ERRORS[tool]?.(words) ?? {});
    const reset = new Date(outcome.failure?.resetAt ?? Number.NaN);
    expect([reset.getHours(), reset.getMinutes()]).toEqual([hour, minute]);
    expect(reset.getTime()).toBeGreaterThanOrEqual(NOW_MS);
  });
});

describe('the headers in an error of opencode', () => {
  it.each([
    ['7', 7000],
    ['Fri, 20 Nov 2026 18:00:30 GMT', 30_000],
    ['soon', null],
  ])('give a wait of %s', async (header, retryAfterMs) => {
    const data = { message: 'slow down', statusCode: 429, responseHeaders: { 'retry-after': header } };
    const stdout = `${JSON.stringify({ type: 'error', error: { name: 'APIError', data } })}\n`;
    const { outcome } = await replay('opencode', { stdout, exitCode: 1 });
    expect(outcome.failure).toMatchObject({ type: 'rate_limit', httpStatus: 429, retryAfterMs });
  });
});

describe('the event of claude-code about a window that is used up', () => {
  const event = events({
    type: 'rate_limit_event',
    rate_limit_info: { status: 'rejected', resetsAt: 1_795_219_200, rateLimitType: 'five_hour' },
  }).stdout;

  it.each([
    "You've hit your session limit · resets 5:10pm (Europe/Stockholm)",
    'API Error: Request rejected (429) · whatever it says',
  ])('says when it ends: %s', async (words) => {
    const failed = ERRORS['claude-code']?.(words).stdout?.replace('{', '{"api_error_status":429,');
    const { outcome } = await replay('claude-code', { stdout: `${event}${failed}`, exitCode: 1 });
    expect(outcome.failure).toMatchObject({ type: 'quota', resetAt: '2026-11-21T00:00:00.000Z' });
  });
});
