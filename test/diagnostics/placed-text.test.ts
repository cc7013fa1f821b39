import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Place } from '../../src/diagnostics/diagnostic.js';
import { placedText } from '../../src/diagnostics/placed-text.js';

describe('placedText', () => {
  it.each([
    ['ab\ncd', [2, 1, 2, 3], 'cd'],
    ['ab\r\ncd\r\n', [2, 2, 2, 3], 'd'],
    ['🙂日e\u0301x', [1, 5, 1, 6], 'x'],
    ['\tx', [1, 2, 1, 3], 'x'],
    ['a\nb\n', [1, 1, 2, 1], 'a\n'],
    ['a\nb\n', [2, 1, 3, 1], 'b\n'],
    ['a', [2, 1, 2, 1], null],
    ['a', [1, 3, 1, 3], null],
  ] as const)('%j at %j is %j', (text, at, expected) => {
    const [line, column, endLine, endColumn] = at;
    expect(placedText(text).at(place(line, column, endLine, endColumn))).toBe(expected);
  });

  it('finds what counting characters one by one finds, half surrogate pairs included', () => {
    const piece = fc.constantFrom('a', '日', '🙂', '\ud83d', '\ude42', '\n', '\r\n');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), fc.nat(14), fc.nat(3), (pieces, column, line) => {
        const text = pieces.join('');
        const places = placedText(text);
        const lines = text.split(/(?<=\n)/);
        const chars = [...(lines[line] ?? '')];
        const start = lines.slice(0, line).join('').length;
        const isThere = text.split('\n').length > line && column <= chars.length;
        const offset = isThere ? start + chars.slice(0, column).join('').length : null;
        expect(places.offset(line + 1, column + 1)).toBe(offset);
        expect(places.line(line + 1)).toBe(text.split(/\r?\n/)[line] ?? null);
        if (offset !== null && column < chars.length)
          expect(places.position(offset)).toEqual({ line: line + 1, column: column + 1 });
      }),
    );
  });
});

function place(line: number, column: number, endLine: number, endColumn: number): Place {
  return { file: 'f', line, column, endLine, endColumn };
}
