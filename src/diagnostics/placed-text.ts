import type { Place } from './diagnostic.js';

/** Looks up places of one text: lines from 1, columns in characters, of which a surrogate pair is one. */
export interface PlacedText {
  /** The text at a place; `null` when the place is outside. */
  at(place: Place): string | null;
  /** Start and end offset of a place; `null` when it is not in the text. */
  span(place: Place): readonly [start: number, end: number] | null;
  /** A line without its end; `null` when there is none. */
  line(number: number): string | null;
  /** The offset of a character of a line; the end of the line with its line break is the last. `null`: it is not in the text. */
  offset(line: number, column: number): number | null;
  /** The line and column of an offset within the text. */
  position(offset: number): { line: number; column: number };
}

/**
 * Reads places of a text without byte order mark. Each look-up takes a logarithmic time, in a text of one line too: a file may
 * have a finding for each of its values. The last text is remembered, since findings come file by file.
 */
export function placedText(text: string): PlacedText {
  if (last?.text !== text) last = { text, places: indexed(text) };
  return last.places;
}

let last: { text: string; places: PlacedText } | null = null;

function indexed(text: string): PlacedText {
  const starts = lineStarts(text);
  const pairs = surrogatePairs(text);
  const endOf = (line: number) => starts[line] ?? text.length;
  const offset = (line: number, column: number): number | null => {
    const start = starts[line - 1];
    if (start === undefined) return null;
    const first = countBelow(pairs, start);
    // Characters of the line before each of its pairs grow by at least one.
    const before = firstIndex(first, pairs.length, (index) => {
      return (pairs[index] ?? 0) - start - (index - first) >= column - 1;
    });
    const found = start + column - 1 + (before - first);
    return found > endOf(line) ? null : found;
  };
  const span = (place: Place) => {
    const [start, end] = [offset(place.line, place.column), offset(place.endLine, place.endColumn)];
    return start === null || end === null || end < start ? null : ([start, end] as const);
  };
  return {
    span,
    offset,
    at(place) {
      const found = span(place);
      return found === null ? null : text.slice(...found);
    },
    line(number) {
      const start = starts[number - 1];
      return start === undefined ? null : text.slice(start, endOf(number)).replace(/\r?\n$/, '');
    },
    position(at) {
      const line = countBelow(starts, at + 1);
      const start = starts[line - 1] ?? 0;
      // A pair that is cut by the offset is not counted as one.
      const whole = Math.max(0, countBelow(pairs, at - 1) - countBelow(pairs, start));
      return { line, column: at - start - whole + 1 };
    },
  };
}

function lineStarts(text: string): number[] {
  const starts = [0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  return starts;
}

function surrogatePairs(text: string): number[] {
  return Array.from(text.matchAll(/[\ud800-\udbff][\udc00-\udfff]/g), ({ index }) => index);
}

/** How many of ascending numbers are below a limit. */
function countBelow(ascending: readonly number[], limit: number): number {
  return firstIndex(0, ascending.length, (index) => (ascending[index] ?? 0) >= limit);
}

/** The first index from which a condition holds; `to` when it holds for none. */
function firstIndex(from: number, to: number, holds: (index: number) => boolean): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
