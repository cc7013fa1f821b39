import { maskAll, type Pattern } from '../regex/pattern.js';
import { MASK, MIN_SECRET_LENGTH, maskerOf } from './known-values.js';
import { isName } from './letters.js';
import { replaceRanges } from './ranges.js';
import { SECRET_FORMS } from './secret-forms.js';
import { FINDS_NOTHING, type Finder, finderOf } from './secret-shape.js';
import { TOKEN_SHAPES } from './token-shapes.js';

export { MASK } from './known-values.js';

/** Takes secrets out of text and values before they leave the program. */
export interface Redactor {
  text(text: string): string;
  /** A JSON-like value with every string (keys included) redacted: the same one where there is nothing to redact, else a copy. */
  value<T>(value: T): T;
}

/**
 * A redactor for the given secret values, the user's own patterns, and what is a secret by its form. A text must be redacted before
 * it is cut: of a cut secret only the beginning is recognised.
 */
export function createRedactor(secrets: readonly string[] = [], patterns: readonly Pattern[] = []): Redactor {
  const maskKnown = maskerOf(secrets);
  const holdsKnown = (texts: readonly string[]): boolean => {
    if (secrets.length === 0) return false;
    const all = texts.join(BETWEEN);
    return maskKnown(all) !== all;
  };
  const maskNamed = (text: string): string =>
    patterns.reduce((rest, pattern) => maskAll(pattern, rest, MASK), maskKnown(text));
  return {
    text: (text) => maskShapes(maskNamed(text), () => findSecrets(text)),
    value: (value) => {
      const { all, searched } = textsIn(value);
      const finder = findSecrets(searched.join('\n'));
      if (finder === FINDS_NOTHING && patterns.length === 0 && !holdsKnown(all)) return value;
      return mapTexts(value, (text) => maskShapes(maskNamed(text), () => finder)) as typeof value;
    },
  };
}

/**
 * Between texts that are searched as one, so that nothing is missed that one of them holds: white space ends words and escapes, and a letter
 * that keys do not have keeps the letters on both sides apart. Strings with characters beyond Latin-1 are searched more slowly.
 */
const BETWEEN = '\n\u00f8\n';

/** Whether a text holds what is a secret by its form, whatever the words around it are. */
export function holdsSecret(text: string): boolean {
  return findCertain(text)(text).length > 0;
}

const findSecrets = finderOf([...TOKEN_SHAPES, ...SECRET_FORMS]);
const findCertain = finderOf([...TOKEN_SHAPES, ...SECRET_FORMS.filter(({ isCertain }) => isCertain)]);

/** The finder is made only for a text that may hold a secret. */
function maskShapes(text: string, finder: () => Finder): string {
  if (!mayHoldSecret(text)) return text;
  const ranges = finder()(text);
  return ranges.length === 0 ? text : replaceRanges(text, ranges, MASK);
}

function mayHoldSecret(text: string): boolean {
  return text.length >= MIN_SECRET_LENGTH && !isName(text);
}

/** The texts of a value that are long enough for a secret, and those in which one may hide: most of a document are names. */
function textsIn(value: unknown): { all: string[]; searched: string[] } {
  const all: string[] = [];
  const searched: string[] = [];
  eachText(value, (text) => {
    if (text.length < MIN_SECRET_LENGTH) return;
    all.push(text);
    if (!isName(text)) searched.push(text);
  });
  return { all, searched };
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
