import { describe, expect, it } from '@jest/globals';
import { finishReasonOf } from '../../src/adapters/http/finish-words.js';
import { chatUsage } from '../../src/adapters/http/usage.js';
import { FAILURES } from '../../src/domain/failure.js';
import { limitEnd } from '../../src/domain/limit-time.js';
import { limitsInWords } from '../../src/domain/limit-words.js';
import { rigged } from '../rig/rig.js';
import { abridged, filesOf, normalised, readPage, screenOf, stepsOf } from './screens.js';

const PAGE = readPage('docs/tools/provider-apis.md');

/** The first cell of the row whose second one starts with `what`. */
const cellBefore = (what: string): string =>
  PAGE.split('\n')
    .find((line) => line.includes(` | ${what}`))
    ?.split('|')[1] ?? '';

/** The second cell of the row that starts with `what`. */
const cellBehind = (what: string): string =>
  PAGE.split('\n')
    .find((line) => line.startsWith(`| ${what} |`))
    ?.split('|')[2] ?? '';

describe('the tables of the guide to provider APIs', () => {
  it.each([
    ['an answer |', 'stop'],
    ['an answer with the warning that it was cut off', 'length'],
    ['an answer with a warning: the router runs no tools', 'tool_use'],
    ['a refusal |', 'content_filter'],
    ['a failure of the provider', 'error'],
  ])('name words for %s', (what, reason) => {
    const words = cellBefore(what)
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '…');
    expect(words.length).toBeGreaterThan(2);
    expect(words.map((word) => [word, finishReasonOf(word)])).toEqual(words.map((word) => [word, reason]));
  });

  it.each([
    ['a wait in words', 'retry_after'],
    ['a time in words', 'reset_at'],
  ])('name %s that can be read', (what, kind) => {
    const clock = { nowMs: Date.parse('2026-11-20T18:00:00Z'), zone: 'UTC' };
    const words = cellBehind(what).split(';');
    const read = words.map((one) => [
      one,
      limitsInWords(one)[0]?.kind,
      limitEnd(limitsInWords(one), clock) !== null,
    ]);
    expect(words.length).toBeGreaterThan(5);
    expect(read).toEqual(words.map((one) => [one, kind, true]));
  });

  it('name spellings of counts that are read', () => {
    const names = [
      ...(/in the spelling of any host \(([^)]*)\)/.exec(PAGE)?.[1] ?? '').matchAll(/`(\w+)`/g),
    ].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(2);
    const read = names.map((name) => chatUsage({ prompt_tokens: 90, completion_tokens: 5, [name]: 40 }));
    const prompts = names.map((name) => chatUsage({ [name]: 40, completion_tokens: 5 }));
    expect(read.map((usage, index) => usage?.cacheReadTokens ?? prompts[index]?.inputTokens)).toEqual(
      names.map(() => 40),
    );
  });
});

describe('the guide to provider APIs', () => {
  it(
    'shows the real output',
    rigged(async (rig) => {
      for (const [file, text] of filesOf(PAGE)) rig.write(file, text);
      expect(stepsOf(PAGE)).toHaveLength(1);
      for (const { command, shown } of stepsOf(PAGE)) {
        const wanted = normalised(shown, {});
        expect(abridged(normalised(await screenOf(rig, command), {}), wanted)).toEqual(wanted);
      }
    }),
  );

  it('names only existing failures', () => {
    const named = [...PAGE.matchAll(/^\| .* \| `(\w+)`/gm)].map(([, type]) => type);
    expect(named.length).toBeGreaterThan(9);
    expect(named.filter((type) => !Object.hasOwn(FAILURES, type ?? ''))).toEqual([]);
  });
});
