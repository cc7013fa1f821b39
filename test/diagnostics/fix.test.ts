import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Fix, Place } from '../../src/diagnostics/diagnostic.js';
import { applyFixes, replacement } from '../../src/diagnostics/fix.js';

describe('replacement', () => {
  const at = place(1, 4, 1, 7);
  it('writes one word for another, in quotes or not', () => {
    expect(replacement('a: foo', { place: at, from: 'foo', to: 'bar' })).toEqual({
      title: 'write `bar`',
      place: at,
      text: 'bar',
    });
    expect(replacement('a: {x}', { place: at, from: '{x}', to: '{model}' })?.text).toBe('{model}');
  });

  it.each([
    ['another text at the place', 'a: fob', 'bar'],
    ['a number', 'a: foo', '5'],
    ['a truth value', 'a: foo', 'True'],
    ['a word with a blank', 'a: foo', 'a b'],
    ['a word that ends in a colon', 'a: foo', 'a:'],
    ['a pattern', 'a: foo', '*'],
  ])('refuses %s', (_, text, to) => {
    expect(replacement(text, { place: at, from: 'foo', to })).toBeNull();
  });
});

describe('applyFixes', () => {
  it('keeps every byte outside of its changes', () => {
    const text = '# 日本\r\na: foo # note\r\n\tb: 🙂foo\r\n';
    const fixes = [fix(place(2, 4, 2, 7), 'barbar'), fix(place(3, 6, 3, 9), 'x')];
    expect(applyFixes(text, fixes)).toEqual({
      text: '# 日本\r\na: barbar # note\r\n\tb: 🙂x\r\n',
      applied: fixes,
    });
  });

  it('applies a repeated fix once, and the last of overlapping ones', () => {
    const [one, same, over] = [
      fix(place(1, 1, 1, 3), 'x'),
      fix(place(1, 1, 1, 3), 'x'),
      fix(place(1, 2, 1, 4), 'y'),
    ];
    expect(applyFixes('abcd', [one, same]).text).toBe('xcd');
    expect(applyFixes('abcd', [one, over])).toEqual({ text: 'ayd', applied: [over] });
  });

  it('ignores places outside of the text', () => {
    expect(applyFixes('a', [fix(place(9, 1, 9, 2), 'x')])).toEqual({ text: 'a', applied: [] });
  });

  it('is the same as replacing words one by one', () => {
    const word = fc.constantFrom('a', '日', '🙂', 'longer', 'e\u0301');
    const words = fc.array(fc.tuple(word, fc.boolean()), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(words, fc.constantFrom(' ', '\n', '\r\n'), (list, between) => {
        const text = list.map(([one]) => one).join(between);
        const fixes = list.flatMap(([one, isWrong], index) => {
          const before = list.slice(0, index).map(([other]) => `${other}${between}`);
          const line = between === ' ' ? 1 : index + 1;
          const column = (between === ' ' ? [...before.join('')].length : 0) + 1;
          const at = place(line, column, line, column + [...one].length);
          return isWrong ? [fix(at, 'NEW')] : [];
        });
        const expected = list.map(([one, isWrong]) => (isWrong ? 'NEW' : one)).join(between);
        expect(applyFixes(text, fixes).text).toBe(expected);
      }),
    );
  });
});

function place(line: number, column: number, endLine: number, endColumn: number): Place {
  return { file: 'f', line, column, endLine, endColumn };
}

function fix(at: Place, text: string): Fix {
  return { title: 't', place: at, text };
}
