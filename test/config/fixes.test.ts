import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSource } from '../../src/config/source.js';
import { applyFixes } from '../../src/diagnostics/fix.js';
import { IS_SOAK, itInSoak } from '../soak.js';
import { FIXTURES, load } from './support.js';

describe('fixes', () => {
  it.each([
    ['agents: {a: {prefered_tool: codex}}', 'agents: {a: {preferred_tool: codex}}'],
    ['agents: {a: {preferred_tool: "codx"}} # why', 'agents: {a: {preferred_tool: "codex"}} # why'],
    ["agents: {a: {access: 'reed'}}", "agents: {a: {access: 'read'}}"],
    [
      'agents: {a: {preferred_tool: codex, preferred_model: gpt-5-codx}}',
      'agents: {a: {preferred_tool: codex, preferred_model: gpt-5-codex}}',
    ],
    [
      "tools: {t: {binary: t, args: [x, '{modle}', '{modle}']}}",
      "tools: {t: {binary: t, args: [x, '{model}', '{model}']}}",
    ],
    ['agents: {a: {fallback_chain: [codex, codx]}}', 'agents: {a: {fallback_chain: [codex]}}'],
    [
      'agents: {a: {fallback_chain: [codex, opus, codex ] }}',
      'agents: {a: {fallback_chain: [codex, opus ] }}',
    ],
    [
      'agents: {a: {preferred_tool: codex, fallback_chain: [ codex , opus]}}',
      'agents: {a: {preferred_tool: codex, fallback_chain: [ opus]}}',
    ],
    [
      'agents:\n  a:\n    fallback_chain:\n      - codex # first\n      - codex # again\n      - opus\n',
      'agents:\n  a:\n    fallback_chain:\n      - codex # first\n      - opus\n',
    ],
    [
      'policies: {default: {cost_optimization: {prefer_cheaper_models_under_tokens: 5}}}',
      'policies: {default: {cost_optimization: {simple_task_threshold_tokens: 5}}}',
    ],
    [
      'default_agent: aa\nagents: {ab: {preferred_tool: codex}}',
      'default_agent: ab\nagents: {ab: {preferred_tool: codex}}',
    ],
  ])('mend %j', (wrong, mended) => {
    expect(fixed(`version: 1\n${wrong}`)).toBe(`version: 1\n${mended}`);
  });

  it.each([
    [
      'two near names',
      'agents: {a: {preferred_tool: boa}}\ntools: {bob: {binary: b, args: []}, bot: {binary: b, args: []}}',
    ],
    ['no near name', 'agents: {a: {preferred_tool: elephant}}'],
    [
      'a name that is near but not very',
      'agents: {a: {preferred_tool: clode-coood}}\ntools: {claude-codex: {binary: b, args: []}}',
    ],
    ['a key that would then stand twice', 'agents: {a: {prefered_tool: codex, preferred_tool: codex}}'],
    ['a value behind an alias', 'x-t: &t codx\nagents: {a: {preferred_tool: *t}}'],
    ['a tool and a model where a tool belongs', 'agents: {a: {preferred_tool: ollama:x}}'],
    ['a list that would be empty', 'agents: {a: {preferred_tool: codex, fallback_chain: [codex]}}'],
  ])('are not offered for %s', (_, text) => {
    const found = load(`version: 1\n${text}`).diagnostics;
    expect(found.length).toBeGreaterThan(0);
    expect(found.map(({ fix }) => fix)).toEqual(found.map(() => null));
  });

  itInSoak('of any fixture give a text that parses and no longer has the finding', () => {
    const fixtures = readdirSync(path.join(FIXTURES, 'err')).filter((name) => name.endsWith('.yaml'));
    for (const name of fixtures) {
      const text = readFileSync(path.join(FIXTURES, 'err', name), 'utf8').replace(/^\uFEFF/, '');
      expectMended(text);
    }
  });

  it('of misspelt words give a text that parses and no longer has the finding', () => {
    const valid = readFileSync(path.join(FIXTURES, 'ok', 'everything.yaml'), 'utf8');
    const words = [...valid.matchAll(/[a-z][a-z_-]{4,}/g)].map(({ index }) => index);
    const slip = fc.tuple(
      fc.constantFrom(...words),
      fc.integer({ min: 1, max: 4 }),
      fc.constantFrom('', 'x', 'ee'),
    );
    fc.assert(
      fc.property(
        fc.array(slip, { minLength: 1, maxLength: 5 }),
        fc.constantFrom('\n', '\r\n'),
        (slips, end) => {
          const wrong = slips
            .toSorted((a, b) => b[0] - a[0])
            .reduce(
              (text, [at, skip, put]) => text.slice(0, at + skip) + put + text.slice(at + skip + 1),
              valid,
            );
          expectMended(wrong.replaceAll('\n', end));
        },
      ),
      { numRuns: IS_SOAK ? 2000 : 4 },
    );
  });
});

function expectMended(text: string): void {
  const mended = fixed(text);
  if (mended === text) return;
  const { diagnostics } = load(mended);
  expect(parseSource({ file: 'f', text: mended }).source).not.toBeNull();
  expect(diagnostics.filter(({ fix }) => fix !== null)).toEqual([]);
}

/** The text after fixing it until nothing changes. */
function fixed(text: string): string {
  let now = text;
  for (let round = 0; round < 10; round++) {
    const fixes = load(now).diagnostics.flatMap(({ fix }) => fix ?? []);
    if (fixes.length === 0) return now;
    now = applyFixes(now, fixes).text;
  }
  return now;
}
