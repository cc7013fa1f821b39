import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSource } from '../../src/config/source.js';
import { flow, yamlText } from '../../src/config/yaml-text.js';
import { anyText } from '../any-text.js';
import { IS_SOAK } from '../soak.js';

const read = (text: string) => parseSource({ file: 'x.yaml', text });

const text = fc.oneof(
  anyText(20),
  fc.constantFrom('yes', 'null', '~', '-', '- a', 'a: b', 'a #b', '1e3', '0x1f', '10m', '{a}', '*', "it's"),
  fc.array(fc.string({ maxLength: 8 }), { minLength: 2, maxLength: 4 }).map((lines) => lines.join('\n')),
);
const leaf = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null));
const tree = fc.letrec((tie) => ({
  map: fc.dictionary(text, tie('value'), { maxKeys: 4, noNullPrototype: true }),
  value: fc.oneof(
    { maxDepth: 3 },
    leaf,
    tie('map'),
    fc.array(fc.oneof(leaf, tie('map')), { maxLength: 4 }),
    fc.array(leaf),
  ),
})).map;

describe('written YAML', () => {
  it('reads back as the same value', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const { source, diagnostics } = read(yamlText(value));
        expect(diagnostics).toEqual([]);
        expect(source?.value).toEqual(value);
      }),
      { numRuns: IS_SOAK ? 2000 : 80 },
    );
  });

  it('puts one value on one line', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const text = flow({ value });
        expect(text).not.toContain('\n');
        expect(read(`${text}\n`).source?.value).toEqual({ value });
      }),
      { numRuns: IS_SOAK ? 500 : 30 },
    );
  });

  it('is written in the usual style', () => {
    const value = {
      version: 1,
      agents: {
        me: { preferred_tool: 'codex:gpt-5', system: 'One.\nTwo.\n', timeout: '10m', fallback_chain: ['a'] },
      },
      tools: { bot: { args: ['--x', '{prompt}', ['-m', '{model}']], responses: [{ text: 'hi' }] } },
    };
    expect(yamlText(value)).toBe(`version: 1
agents:
  me:
    preferred_tool: codex:gpt-5
    system: |
      One.
      Two.
    timeout: 10m
    fallback_chain: [a]
tools:
  bot:
    args: [--x, '{prompt}', [-m, '{model}']]
    responses:
      - text: hi
`);
  });

  it('has comments above keys and after values', () => {
    const notes = {
      above: (path: readonly (string | number)[]) => (path.length === 1 ? ['what', 'why'] : []),
      behind: (path: readonly (string | number)[]) => path.join('.'),
    };
    expect(yamlText({ a: { b: 1, c: ['x'] } }, notes)).toBe(
      '# what\n# why\na:\n  b: 1 # a.b\n  c: [x] # a.c\n',
    );
  });
});
