import { describe, expect, it } from '@jest/globals';
import { renderTable } from '../../src/cli/table.js';
import { labelled, wrapped } from '../../src/cli/wrap.js';
import { cut, widthOf } from '../../src/diagnostics/width.js';

const COLUMNS = [
  { title: 'ID', short: (text: string) => text.slice(0, 4) },
  { title: 'NAME', least: 5 },
  { title: 'KIND', rank: 1 },
  { title: 'COST', align: 'right' as const, paint: (text: string) => `<${text}>` },
];
const ROWS = [
  ['0123456789', 'a long name', 'one', '1'],
  ['ABCDEFGHIJ', '日本語', 'two', '10'],
];

describe('a table', () => {
  it.each([
    [
      40,
      [
        'ID          NAME         KIND  COST',
        '0123456789  a long name  one      <1>',
        'ABCDEFGHIJ  日本語       two     <10>',
      ],
    ],
    [
      30,
      ['ID    NAME         KIND  COST', '0123  a long name  one      <1>', 'ABCD  日本語       two     <10>'],
    ],
    [24, ['ID    NAME         COST', '0123  a long name     <1>', 'ABCD  日本語         <10>']],
    [18, ['ID    NAME    COST', '0123  a lon…     <1>', 'ABCD  日本語    <10>']],
    [8, ['ID    N…', '0123  a…', 'ABCD  …']],
  ])('fits %d cells', (width, lines) => {
    expect(renderTable(COLUMNS, ROWS, width).split('\n')).toEqual(lines);
  });
});

describe('the width of a text', () => {
  it.each([
    ['日本語', 6],
    ['e\u0301', 1],
    ['⌚ ⭐', 5],
    ['👍🏽', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['🇫🇷', 2],
    ['\u001b[31mred\u001b[0m', 3],
  ])('of %s is %d', (text, cells) => {
    expect(widthOf(text)).toBe(cells);
  });

  it('is respected by a cut, which keeps joined characters whole', () => {
    expect(cut('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 4)).toBe('👩‍👩‍👧‍👦👩‍👩‍👧‍👦');
    expect(cut('👩‍👩‍👧‍👦👩‍👩‍👧‍👦', 3)).toBe('👩‍👩‍👧‍👦…');
    expect(cut('👩‍👩‍👧‍👦', 1)).toBe('…');
  });
});

describe('wrapping', () => {
  it('breaks at blanks and keeps long words whole', () => {
    expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
    expect(wrapped('/a/very/long/path is long', 6)).toEqual(['/a/very/long/path', 'is', 'long']);
  });

  it('indents below the text, not below the label', () => {
    const lines = labelled('  agent', 'a text that is much too long for this', { indent: 10, width: 30 });
    expect(lines).toEqual(['  agent   a text that is much', '          too long for this']);
  });
});
