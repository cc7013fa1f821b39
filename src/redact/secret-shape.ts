import type { Range } from './ranges.js';

/** A form by which a text shows a secret. */
export interface SecretShape {
  /** What it is, for the documentation. */
  name: string;
  /** How it looks, for the documentation. */
  looks: string;
  /**
   * What to look for first, since nearly every text has none of it: a secret begins `at` one of these prefixes, or a text `with` one of
   * these pieces, and with one of the signs in `and`, is searched as a whole. With the flag `i` pieces are in lower case.
   */
  found: { at: readonly string[] } | { with: readonly string[]; and?: readonly string[] };
  /** A regular expression. Its first group, if it has one, is no secret. */
  source: string;
  flags: '' | 'i';
  /** It is one by its form alone, whatever the words around it are. */
  isCertain: boolean;
}

/** A piece of text, and the shape that it may belong to. */
interface Piece {
  piece: string;
  shape: SecretShape;
}

/** Finds secrets in one of the texts for which it was made. */
export type Finder = (text: string) => Range[];

/** The finder of texts in which there is nothing to find. */
export const FINDS_NOTHING: Finder = () => [];

/**
 * Finds secrets of any of these shapes. What it returns takes all texts that will be searched, so that the pieces by which secrets are
 * known are looked for once in all of them: mostly there is none.
 */
export function finderOf(shapes: readonly SecretShape[]): (texts: string) => Finder {
  return (texts) => {
    const lower = texts.toLowerCase();
    const found: Piece[] = [];
    for (const shape of shapes) {
      const searched = shape.flags === 'i' ? lower : texts;
      for (const piece of piecesOf(shape)) if (searched.includes(piece)) found.push({ piece, shape });
    }
    return found.length === 0 ? FINDS_NOTHING : (text) => secretsOf(piecesIn(found, text), text);
  };
}

function piecesIn(pieces: readonly Piece[], text: string): Piece[] {
  const lower = text.toLowerCase();
  return pieces.filter(({ piece, shape }) => (shape.flags === 'i' ? lower : text).includes(piece));
}

function piecesOf({ found }: SecretShape): readonly string[] {
  return 'at' in found ? found.at : found.with;
}

function secretsOf(pieces: Iterable<Piece>, text: string): Range[] {
  const searched = new Set<SecretShape>();
  return [...pieces].flatMap(({ piece, shape }) => {
    if ('at' in shape.found) return secretsAt(shape, text, piece);
    if (searched.has(shape)) return [];
    searched.add(shape);
    const { and } = shape.found;
    return and === undefined || and.some((sign) => text.includes(sign)) ? allSecrets(shape, text) : [];
  });
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
