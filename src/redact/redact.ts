import { maskAll, type Pattern } from '../regex/pattern.js';
import { MASK, MIN_SECRET_LENGTH, maskerOf } from './known-values.js';
import { isName } from './letters.js';
import { replaceRanges } from './ranges.js';
import { SECRET_FORMS } from './secret-forms.js';
import { type Finder, finderOf } from './secret-shape.js';
import { TOKEN_SHAPES } from './token-shapes.js';

export { MASK } from './known-values.js';

/** Takes secrets out of text and values before they leave the program. */
export interface Redactor {
  text(text: string): string;
  /** A copy of a JSON-like value with every string (keys included) redacted. */
  value<T>(value: T): T;
}

/**
 * A redactor for the given secret values, the user's own patterns, and what is a secret by its form. A text must be redacted before
 * it is cut: of a cut secret only the beginning is recognised.
 */
export function createRedactor(secrets: readonly string[] = [], patterns: readonly Pattern[] = []): Redactor {
  const maskKnown = maskerOf(secrets);
  const maskNamed = (text: string): string =>
    patterns.reduce((rest, pattern) => maskAll(pattern, rest, MASK), maskKnown(text));
  return {
    text: (text) => maskShapes(maskNamed(text), findSecrets(text)),
    value: (value) => {
      const finder = findSecrets(searchedTextsIn(value).join('\n'));
      return mapTexts(value, (text) => maskShapes(maskNamed(text), finder)) as typeof value;
    },
  };
}

/** Whether a text holds what is a secret by its form, whatever the words around it are. */
export function holdsSecret(text: string): boolean {
  return findCertain(text)(text).length > 0;
}

const findSecrets = finderOf([...TOKEN_SHAPES, ...SECRET_FORMS]);
const findCertain = finderOf([...TOKEN_SHAPES, ...SECRET_FORMS.filter(({ isCertain }) => isCertain)]);

function maskShapes(text: string, find: Finder): string {
  if (!mayHoldSecret(text)) return text;
  const ranges = find(text);
  return ranges.length === 0 ? text : replaceRanges(text, ranges, MASK);
}

function mayHoldSecret(text: string): boolean {
  return text.length >= MIN_SECRET_LENGTH && !isName(text);
}

/** The texts of a value that are searched for secrets: most of a document are names. */
function searchedTextsIn(value: unknown): string[] {
  const texts: string[] = [];
  eachText(value, (text) => {
    if (mayHoldSecret(text)) texts.push(text);
  });
  return texts;
}

function eachText(value: unknown, take: (text: string) => void): void {
  if (typeof value === 'string') take(value);
  else if (Array.isArray(value)) for (const item of value) eachText(item, take);
  else if (value !== null && typeof value === 'object')
    for (const [key, item] of Object.entries(value)) {
      take(key);
      eachText(item, take);
    }
}

/** A copy of a JSON-like value with every string (keys included) replaced. */
function mapTexts(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, replace));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  for (const entry of entries) {
    entry[0] = replace(entry[0]);
    entry[1] = mapTexts(entry[1], replace);
  }
  return Object.fromEntries(entries);
}
