import type { Range } from './ranges.js';

/** A form by which a text shows a secret. */
export interface SecretShape {
  /** What it is, for the documentation. */
  name: string;
  /** How it looks, for the documentation. */
  looks: string;
  /**
   * What to look for first, since nearly every text has none of it: a secret begins `at` one of these prefixes, or a text `with` one of
   * these pieces is searched as a whole. With the flag `i` pieces are in lower case.
   */
  found: { at: readonly string[] } | { with: readonly string[] };
  /** A regular expression. Its first group, if it has one, is no secret. */
  source: string;
  flags: '' | 'i';
  /** It is one by its form alone, whatever the words around it are. */
  isCertain: boolean;
}

/** Where a text has secrets of a shape; `lower` is the text in lower case. */
export function secretsIn(shape: SecretShape, text: string, lower: string): Range[] {
  const { found, flags } = shape;
  if ('at' in found) return found.at.flatMap((prefix) => secretsAt(shape, text, prefix));
  const searched = flags === 'i' ? lower : text;
  return found.with.some((piece) => searched.includes(piece)) ? allSecrets(shape, text) : [];
}

function secretsAt(shape: SecretShape, text: string, prefix: string): Range[] {
  const ranges: Range[] = [];
  for (let index = text.indexOf(prefix); index !== -1; ) {
    const pattern = compiled(shape, 'y');
    pattern.lastIndex = index;
    const match = pattern.exec(text);
    if (match !== null) ranges.push(rangeOf(match));
    index = text.indexOf(prefix, match === null ? index + 1 : index + match[0].length);
  }
  return ranges;
}

function allSecrets(shape: SecretShape, text: string): Range[] {
  return [...text.matchAll(compiled(shape, 'g'))].map(rangeOf);
}

function rangeOf({ index, 0: whole, 1: kept = '' }: RegExpExecArray): Range {
  return { start: index + kept.length, end: index + whole.length };
}

const COMPILED = new Map<SecretShape, RegExp>();

/** Compiled with the first text that needs it: few texts do, and the table is long. */
function compiled(shape: SecretShape, mode: 'y' | 'g'): RegExp {
  const known = COMPILED.get(shape) ?? new RegExp(shape.source, mode + shape.flags);
  COMPILED.set(shape, known);
  return known;
}
