import type { Place } from '../diagnostics/diagnostic.js';

/** Start and end offset in a text; the end is behind the last character. */
export type Span = readonly [start: number, end: number];

/** Turns offsets of one file's text into places. */
export interface Positions {
  place(span: Span): Place;
}

/** Prepares a text for `place`; offsets beyond it are taken as its end. */
export function positionsOf(file: string, text: string): Positions {
  const starts = [0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  const position = (offset: number) => {
    const line = lineOf(starts, offset);
    const end = isInsideLineEnd(text, offset) ? offset - 1 : offset;
    return { line, column: charactersIn(text, starts[line - 1] ?? 0, end) + 1 };
  };
  const clamp = (offset: number) => Math.max(0, Math.min(offset, text.length));
  return {
    place([start, end]) {
      const from = position(clamp(start));
      const to = position(clamp(Math.max(start, end)));
      return { file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
    },
  };
}

/** Characters between two offsets: a surrogate pair is one. Counted without a copy, since every value has a place. */
function charactersIn(text: string, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) {
    const isHigh = (text.charCodeAt(i) & 0xfc00) === 0xd800;
    const isPair = isHigh && i + 1 < end && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (isPair) i++;
    count++;
  }
  return count;
}

function isInsideLineEnd(text: string, offset: number): boolean {
  return text[offset - 1] === '\r' && text[offset] === '\n';
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}
