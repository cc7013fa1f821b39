import { isName, type Letters, lettersOf } from './letters.js';
import { type Range, replaceRanges } from './ranges.js';

/** What stands in the place of a secret. */
export const MASK = '[redacted]';

/** A shorter value is too likely to be an ordinary word. */
export const MIN_SECRET_LENGTH = 8;

/** The fewest letters of a cut secret that are masked: half of it, and not fewer than this, which may be a public prefix. */
const MIN_PART = 12;

/** A shorter line of a secret may be a name. */
const MIN_LINE = 24;

/** A spelling of a secret by its letters and digits. */
interface Needle {
  letters: string;
  /** So many of them at a cut are masked too. */
  least: number;
}

/**
 * Masks values that are known to be secret: as they are, escaped for JSON, URLs or HTML, in Base64 wherever they begin in it, in
 * hexadecimal, in any case, wrapped, and cut off after half of them.
 */
export function maskerOf(secrets: readonly string[]): (text: string) => string {
  const known = [...new Set(secrets.flatMap(withLines))].filter(({ length }) => length >= MIN_SECRET_LENGTH);
  const exact = [...new Set(known.flatMap(spellings))].sort((a, b) => b.length - a.length);
  let needles: readonly Needle[] | null = null;
  return (text) => {
    if (text.length < MIN_SECRET_LENGTH || known.length === 0) return text;
    const rest = exact.reduce((left, value) => left.replaceAll(value, MASK), text);
    if (isName(rest)) return rest;
    needles ??= needlesOf(known);
    return maskLetters(rest, needles);
  };
}

/** Of a secret of several lines, such as a key file, each long one is secret too. */
function withLines(secret: string): string[] {
  const lines = secret.split(/\s*[\r\n]+\s*/);
  return lines.length === 1
    ? lines
    : [secret, ...lines.filter((line) => line.length >= MIN_LINE && /\d/.test(line))];
}

/** The spellings of a secret of marks, which leave no letters to find. */
function spellings(secret: string): string[] {
  const encoded = encodeURIComponent(secret.toWellFormed());
  const lower = encoded.replace(/%../g, (code) => code.toLowerCase());
  return [secret, JSON.stringify(secret).slice(1, -1), encoded, lower];
}

function needlesOf(secrets: readonly string[]): Needle[] {
  const needles = secrets.flatMap((secret) => {
    const isPath = /^[/~]|^[A-Za-z]:\\|:\/\//.test(secret);
    const forms = [secret, secret.replaceAll(' ', '+'), ...encoded(secret)];
    return forms.map((form): Needle => {
      const letters = lettersOf(form).text;
      // The parent folder of a path is no part of a secret.
      const least = isPath ? letters.length : Math.max(MIN_PART, Math.ceil(letters.length / 2));
      return { letters, least: Math.min(letters.length, least) };
    });
  });
  const long = needles.filter(({ letters }) => letters.length >= MIN_SECRET_LENGTH);
  return [...new Map(long.map((needle) => [needle.letters, needle])).values()];
}

/** In Base64 a text looks different at each of three places in a group; what its neighbours change is left out. */
function encoded(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].map((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return whole.slice(Math.ceil((offset * 4) / 3), Math.floor(((offset + bytes.length) * 4) / 3));
  });
  return [...base64, bytes.toString('hex')];
}

function maskLetters(text: string, needles: readonly Needle[]): string {
  const letters = lettersOf(text);
  const ranges = needles.flatMap((needle) => rangesOf(text, letters, needle));
  return ranges.length === 0 ? text : replaceRanges(text, ranges, MASK);
}

function rangesOf(source: string, { text, starts, ends }: Letters, needle: Needle): Range[] {
  const ranges: Range[] = [];
  const head = needle.letters.slice(0, needle.least);
  for (let from = text.indexOf(head); from !== -1; ) {
    const to = endOfMatch(text, from, needle);
    const end = ends[to - 1] ?? source.length;
    const start = starts[from] ?? 0;
    const isWhole = to - from === needle.letters.length;
    if (isWhole || isCut(source, { start, end })) {
      ranges.push({ start, end });
      from = text.indexOf(head, to);
    } else from = text.indexOf(head, from + 1);
  }
  return ranges;
}

/** Where the text no longer goes on as the needle does. */
function endOfMatch(text: string, from: number, { letters, least }: Needle): number {
  let length = least;
  while (length < letters.length && text.charCodeAt(from + length) === letters.charCodeAt(length)) length++;
  return from + length;
}

/** A word that goes on with another letter is a different one, and several words are none. */
function isCut(source: string, { start, end }: Range): boolean {
  return !/[A-Za-z0-9]/.test(source[end] ?? '') && !/\s/.test(source.slice(start, end));
}
