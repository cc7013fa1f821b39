import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { matchesGlob } from '../../src/domain/glob.js';
import { createRedactor } from '../../src/redact/redact.js';
import { compileLinear } from '../../src/regex/linear.js';
import { compilePattern, maskAll, patternTrouble, replaceAll } from '../../src/regex/pattern.js';
import { shapeOf } from '../../src/regex/shape.js';
import { IS_SOAK } from '../soak.js';

const LONG = IS_SOAK ? 1_000_000 : 100_000;
const NEAR_MISS = `${'a'.repeat(200_000)}!`;

describe('a pattern of a configuration', () => {
  it.each([
    '(a+)+$',
    '(a|aa)+$',
    '(a|a)*b',
    'a*a*a*a*a*a*b',
    '([a-z]+)*\\d',
    '(.*)(.*)(.*)(.*)x',
    '(?:a{1,30}){1,30}$',
  ])('%s is done with a near miss', (source) => {
    expect(shapeOf(source).isBounded).toBe(false);
    expect(compilePattern(source).test(NEAR_MISS)).toBe(false);
  });

  it.each([
    ['(?<year>\\d{4})-(\\d+)', 'on 2026-11 and 2027-1', ['2026-11', '2027-1']],
    ['^b+$', 'a\nbb\nc', ['bb']],
    ['é+|家', 'éé 家', ['éé', '家']],
    ['x[^]y+', 'x\nyy', ['x\nyy']],
    ['ACME-[0-9]+', 'ACME-12, ACME-3', ['ACME-12', 'ACME-3']],
  ])('%s finds what JavaScript finds', (source, text, found) => {
    expect([...text.matchAll(new RegExp(source, 'gm'))].map(([match]) => match)).toEqual(found);
    expect(
      compilePattern(source, 'm')
        .all(text)
        .matches.map(([match]) => match),
    ).toEqual(found);
  });

  it('gives groups by number and name', () => {
    const match = compilePattern('(x)?(?<time>\\d+)s').exec('in 12s');
    expect([match?.index, match?.[1], match?.[2], match?.groups?.time]).toEqual([3, undefined, '12', '12']);
  });

  it.each([
    ['(?<!\\\\)@', '\\@ @', '\\$&', '\\@ \\@'],
    ['(\\w+)@(?<host>\\w+)', 'me@here', '$<host>$$ $1', 'here$ me'],
    ['^/', '/a', '\n/', '\n/a'],
  ])('%s is replaced as in JavaScript', (source, text, by, wanted) => {
    expect(text.replace(new RegExp(source, 'gu'), by)).toBe(wanted);
    expect(replaceAll(compilePattern(source, 'gu'), text, by)).toBe(wanted);
  });

  it.each([
    ['(', 'does not compile: unterminated group'],
    ['(?=a)b+c', 'has a lookahead beside repetitions, so a text could keep it busy for ever'],
    ['(?<!x)@\\w+y', 'has a lookbehind beside repetitions, so a text could keep it busy for ever'],
    ['(a+)\\1', 'has a backreference beside repetitions, so a text could keep it busy for ever'],
    ['(?:a{500}b*){3}', 'is none of RE2: invalid repeat count: `{3}`'],
  ])('%s has trouble', (source, message) => {
    expect(patternTrouble(source)).toMatchObject({ message });
    expect(compilePattern(source).test('abc')).toBe(false);
  });

  it.each([
    '(?<!\\\\)@',
    '(?=a)b',
    '(a)\\1',
    '(\\d+\\.\\d+\\.\\d+)',
    '[^/\\s"]+$',
    '\\u0041+\\x2dx',
    'a{3,}b',
  ])('%s has none', (source) => {
    expect(patternTrouble(source)).toBeNull();
  });

  it('is matched in linear time wherever its syntax is taken for a common one', () => {
    const texts = readdirSync('templates/tools').map((file) =>
      readFileSync(`templates/tools/${file}`, 'utf8'),
    );
    const sources = texts.flatMap((text) =>
      [...text.matchAll(/'([^'\n]*[\\|*+?][^'\n]*)'/g)].map(([, source = '']) => source),
    );
    const common = sources.filter((source) => patternTrouble(source) === null && shapeOf(source).isCommon);
    expect(common.length).toBeGreaterThan(50);
    expect(common.filter((source) => 'problem' in compileLinear(source, 'm'))).toEqual([]);
  });

  it.each([
    ['a+|b+', true],
    ['x(a+|b)', false],
    ['(?:ab?){3}', false],
    ['^(Edit|MultiEdit|Write|NotebookEdit)$', true],
    ['^[45]\\d\\d$', true],
    ['a+?', true],
    ['a+\\b', false],
    ['(?<=a+)b', false],
    ['(a?){30}', false],
    ['a?'.repeat(30), false],
    ['(a|b)'.repeat(12), false],
    ['.{1,1000}x', false],
    ['[*+]x\\+y', true],
  ])('%s is done after a fixed number of steps: %s', (source, isBounded) => {
    expect(shapeOf(source).isBounded).toBe(isBounded);
  });
});

it.each([
  ['claude-sonnet', 'claude-*', true],
  ['a', 'a*a', false],
  ['aba', 'a*a', true],
  ['x/y', '*/*', true],
  ['abc', 'abc', true],
  ['abcd', 'abc', false],
  ['a.c', 'a?c', false],
  ['', '*', true],
  ['abab', '*ab', true],
  ['a'.repeat(200), `${'*a'.repeat(40)}*b`, false],
])('%s against the name pattern %s: %s', (name, pattern, wanted) => {
  expect(matchesGlob(name, pattern)).toBe(wanted);
});

describe('redaction', () => {
  it('goes through every shape of a token once, however many near misses there are', () => {
    const text = createRedactor().text;
    for (const near of [
      'eyJaaaaaaaaaaaa-',
      'eyJaaaaaaaaaaaa.',
      'sk-',
      'sk-a.',
      'Bearer a ',
      'xoxb-',
      'ghp_',
      'AKIA',
      'hf_a-',
    ]) {
      expect(text(near.repeat(LONG / near.length)).length).toBeGreaterThan(0);
    }
  });

  it('finds a web token behind a dash, a word and a quote', () => {
    const token = `eyJ${'a'.repeat(20)}.eyJ${'b'.repeat(20)}.${'c'.repeat(20)}`;
    for (const before of ['', 'x: ', 'token-', '"', 'a=']) {
      expect(createRedactor().text(`${before}${token} z`)).toMatch(
        /^[^a-c]*\[redacted\] z$|^(a=)?\[redacted\] z$/,
      );
    }
  });

  it('masks what a pattern of a policy finds', () => {
    expect(maskAll(compilePattern('ACME-[0-9]+', 'g'), 'ACME-1 and ACME-22.', '[x]')).toBe('[x] and [x].');
    expect(maskAll(compilePattern('(a+)+$', 'g'), NEAR_MISS, '[x]')).toBe(NEAR_MISS);
  });
});
