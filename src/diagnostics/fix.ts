import { type Fix, formatPlace, type Place } from './diagnostic.js';

/** A text after fixes, and the applied ones. */
export interface FixedText {
  text: string;
  applied: Fix[];
}

/** Looks up places of one text. */
export interface PlacedText {
  /** The text at a place; `null` when the place is outside. */
  at(place: Place): string | null;
  /** Start and end offset of a place; `null` when it is not in the text. */
  span(place: Place): readonly [start: number, end: number] | null;
}

/** Reads places of a text without byte order mark, as findings name them: lines from 1, columns in characters. */
export function placedText(text: string): PlacedText {
  const starts = [0];
  for (let i = text.indexOf('\n'); i !== -1; i = text.indexOf('\n', i + 1)) starts.push(i + 1);
  const offset = (line: number, column: number): number | null => {
    const start = starts[line - 1];
    if (start === undefined) return null;
    const chars = [...text.slice(start, starts[line] ?? text.length)];
    return column - 1 > chars.length ? null : start + chars.slice(0, column - 1).join('').length;
  };
  const span = (place: Place) => {
    const [start, end] = [offset(place.line, place.column), offset(place.endLine, place.endColumn)];
    return start === null || end === null || end < start ? null : ([start, end] as const);
  };
  return {
    span,
    at(place) {
      const found = span(place);
      return found === null ? null : text.slice(...found);
    },
  };
}

/** A fix that replaces a word; `null` when the place has another text, or the new word needs quotes. */
export function replacement(
  text: string | null,
  { place, from, to }: { place: Place | null; from: string; to: string },
): Fix | null {
  if (text === null || place === null || !isPlainWord(to.replace(/^\{(.*)\}$/, '$1'))) return null;
  if (placedText(text).at(place) !== from) return null;
  return { title: `write \`${to}\``, place, text: to };
}

/** Whether a word is a plain string in YAML, and not a number, a boolean or a date. */
function isPlainWord(word: string): boolean {
  return (
    /^[A-Za-z][A-Za-z0-9._/@+-]*(?::[A-Za-z0-9._/@+-]+)*$/.test(word) && !/^(?:true|false|null)$/i.test(word)
  );
}

/**
 * Applies fixes from the end to the start, so that places stay valid; the rest of the text does not change. Of overlapping
 * fixes only the last is applied.
 */
export function applyFixes(text: string, fixes: readonly Fix[]): FixedText {
  const places = placedText(text);
  const edits = [...new Map(fixes.map((fix) => [`${formatPlace(fix.place)} ${fix.text}`, fix])).values()]
    .flatMap((fix) => {
      const span = places.span(fix.place);
      return span === null ? [] : [{ fix, start: span[0], end: span[1] }];
    })
    .sort((a, b) => b.start - a.start || b.end - a.end);
  const applied: Fix[] = [];
  let fixed = text;
  let limit = text.length;
  for (const { fix, start, end } of edits) {
    if (end > limit) continue;
    fixed = fixed.slice(0, start) + fix.text + fixed.slice(end);
    limit = start;
    applied.unshift(fix);
  }
  return { text: fixed, applied };
}
