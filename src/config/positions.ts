import type { Place } from '../diagnostics/diagnostic.js';
import { placedText } from '../diagnostics/placed-text.js';

/** Start and end offset in a text; the end is behind the last character. */
export type Span = readonly [start: number, end: number];

/** Turns offsets of one file's text into places. */
export interface Positions {
  place(span: Span): Place;
}

/** Prepares a text for `place`; offsets beyond it are taken as its end. */
export function positionsOf(file: string, text: string): Positions {
  const position = (offset: number) => {
    const within = Math.max(0, Math.min(offset, text.length));
    return placedText(text).position(isInsideLineEnd(text, within) ? within - 1 : within);
  };
  return {
    place([start, end]) {
      const from = position(start);
      const to = position(Math.max(start, end));
      return { file, line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
    },
  };
}

function isInsideLineEnd(text: string, offset: number): boolean {
  return text[offset - 1] === '\r' && text[offset] === '\n';
}
