import { type Fix, formatPlace, type Place } from './diagnostic.js';
import { placedText } from './placed-text.js';

/** A text after fixes, and the applied ones. */
export interface FixedText {
  text: string;
  applied: Fix[];
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
  // From the end to the start, joined once: a file may have thousands.
  const pieces: string[] = [];
  let limit = text.length;
  for (const { fix, start, end } of edits) {
    if (end > limit) continue;
    pieces.push(text.slice(end, limit), fix.text);
    limit = start;
    applied.push(fix);
  }
  pieces.push(text.slice(0, limit));
  return { text: pieces.reverse().join(''), applied: applied.reverse() };
}
