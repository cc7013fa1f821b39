import { expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { cut, widthOf } from '../../src/diagnostics/width.js';

const TEXTS = [
  '',
  'a',
  'plain text, 1 ~',
  'tab\there',
  'a\u001b[31mred\u001b[0m',
  'ä',
  '日本',
  '👩‍👩‍👧',
  'a\nb',
  'x\u0301',
];

it.each(TEXTS)('counts the cells of %j', (text) => {
  expect(widthOf(text)).toBe(stringWidth(text));
});

it.each([0, 1, 2, 5, 80])('cuts plain texts to %d cells as it cuts all others', (cells) => {
  for (const text of TEXTS.filter((one) => /^[ -~]*$/.test(one))) {
    // The same text with a character at its end that takes no cell.
    const other = cut(`${text}\u200b`, cells);
    expect(cut(text, cells)).toBe(other.replace('\u200b', ''));
  }
});
