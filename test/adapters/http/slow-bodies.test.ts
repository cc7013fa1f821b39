import { expect, it } from '@jest/globals';
import { gemini } from '../../../src/adapters/gemini.js';
import { typeByWords } from '../../../src/adapters/http/error-words.js';
import { errorInBody } from '../../../src/adapters/http/provider-error.js';
import { Reading } from '../../../src/adapters/http/reading.js';
import { laterCounts } from '../../../src/adapters/http/usage.js';
import type { HttpTask } from '../../../src/adapters/http/wire.js';
import { limitEnd } from '../../../src/domain/limit-time.js';
import { isUsedUp, limitsInWords } from '../../../src/domain/limit-words.js';
import { IS_SOAK } from '../../soak.js';

// A text that is searched again from each of its places would take minutes.
const LENGTH = IS_SOAK ? 1_000_000 : 100_000;

it.each(['<', '<a', '<script', '<style>', '<title', '<title>', '</script', ' '])(
  'a page of %j is read in a time in proportion to its length',
  (start) => {
    expect(errorInBody(`${start.repeat(LENGTH / start.length)}x`).message).toEqual(expect.any(String));
  },
);

it('counts without end are not kept', () => {
  const many = Object.fromEntries(Array.from({ length: LENGTH / 10 }, (_, n) => [`k${n}`, n]));
  let counts = laterCounts({ input_tokens: 1 }, many);
  for (let event = 0; event < (IS_SOAK ? 20_000 : 1000); event++)
    counts = laterCounts(counts, { [`later${event}`]: 1, input_tokens: 7 });
  expect(counts.input_tokens).toBe(7);
  expect(Object.keys(counts)).toHaveLength(128);
});

it('a long text is no code', () => {
  const code = 'insufficient_'.repeat(LENGTH / 10);
  expect(errorInBody(JSON.stringify({ error: { code, type: 'a_type' } })).codes).toEqual(['a_type']);
});

it('the text of a page has neither tags nor code', () => {
  const page = '<style>a{}</style><p>Bad <b>gateway</b></p><SCRIPT>f("<p>")</SCRIPT> end <script>open';
  expect(errorInBody(page).message.replace(/\s+/g, ' ')).toBe('Bad gateway end');
  expect(errorInBody('<html><title lang="en">502 Bad</title><p>x').message).toBe('502 Bad');
});

it.each([
  'rate limit, retry',
  'retry in ',
  'try again in 1 second, ',
  'resets at 10:00',
  'org ',
  'insufficient ',
])('the cause in a long message that starts with %j is found at once', (start) => {
  for (const filling of [' ', start]) {
    const message = `${start}${filling.repeat(LENGTH / filling.length)}(x`;
    expect(limitsInWords(message).length).toBeLessThan(1000);
    expect([isUsedUp(message), typeByWords(message)]).toHaveLength(2);
  }
});

it.each(['reset_at', 'retry_after'] as const)('a long text is no time (%s)', (kind) => {
  const value = `2026-${' '.repeat(LENGTH)}x`;
  expect(limitEnd([{ kind, value, zone: null }], { nowMs: 0, zone: 'utc' })).toBeNull();
});

it('a long event that is not JSON is read at once', async () => {
  const limits = { streamForm: 'events' as const, maxBytes: 4 * LENGTH, monotonicMs: () => 0 };
  const reading = new Reading(gemini.reader({} as HttpTask), limits);
  await reading.open({ status: 200, headers: {} });
  const bytes = new TextEncoder().encode(`data: ${' '.repeat(LENGTH)}x\n\ndata: ping \n\n`);
  expect(reading.push(bytes)).toBe('');
  const call = { wire: gemini, task: {} as HttpTask, requestBytes: 0, redact: (text: string) => text };
  expect(reading.finished({ ...call, end: { ended: 'complete' } }).stray?.trim()).toBe('x');
});
