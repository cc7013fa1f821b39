import { eachLetter, type Letters, lettersOf } from './letters.js';
import { type Range, replaceRanges } from './ranges.js';

/** What stands in the place of a text that must not be kept. */
export const LEFT_OUT = '[left out]';

/** So many letters and digits in a row that a private text has too are taken from it. Fewer are too likely to be ordinary words. */
const PASSAGE = 16;
/** Of a whole line so many characters are enough. */
const MIN_LINE_CHARS = 12;
/** A longer line without a passage is a ruler. */
const MAX_LINE_CHARS = 100;
const MIN_LINE_LETTERS = 6;

/** Fields with names of the config, times and words of ours. */
const NAMES: ReadonlySet<string> = new Set([
  ...[
    'type',
    'event',
    'status',
    'phase',
    'reason',
    'failure',
    'rule',
    'because',
    'policy',
    'basis',
    'billing',
  ],
  ...['tool', 'model', 'from_tool', 'from_model', 'agent', 'at', 'started_at', 'reset_at', 'ts'],
]);

/**
 * Takes private texts out of what a tool or provider said on its way down, since they repeat prompts in errors: every passage of
 * 16 letters and digits or more that stands in one of them, however it is escaped, quoted, wrapped or cut, and every whole line of 12
 * characters or more. Takes time linear in all texts together.
 */
export function withoutTexts<T>(value: T, texts: readonly (string | null)[]): T {
  const known = [...new Set(texts)].filter((text) => text !== null && text.trim() !== '');
  const said = stringsIn(value);
  if (known.length === 0 || said.length === 0) return value;
  const letters = new Map(said.map((text) => [text, lettersOf(text)]));
  const passages = sharedPassages([...letters.values()], known as string[]);
  const lines = shortLines(known as string[]);
  const clean = new Map<string, string>();
  for (const [text, one] of letters) {
    const parts = privateParts(one, passages, lines);
    if (parts.length > 0) clean.set(text, replaceRanges(text, parts, LEFT_OUT));
  }
  if (clean.size === 0) return value;
  return replaced(value, (text) => clean.get(text) ?? text) as T;
}

/** Hashes of all passages of what was said that stand in a private text too. */
function sharedPassages(said: readonly Letters[], texts: readonly string[]): ReadonlySet<number> {
  const wanted = new Set<number>();
  for (const { text } of said) eachPassage(codesOf(text), (hash) => wanted.add(hash));
  const shared = new Set<number>();
  if (wanted.size === 0) return shared;
  for (const text of texts)
    eachPassage(
      (take) => eachLetter(text, take),
      (hash) => {
        if (wanted.has(hash)) shared.add(hash);
      },
    );
  return shared;
}

function codesOf(letters: string): (take: (code: number) => void) => void {
  return (take) => {
    for (let index = 0; index < letters.length; index++) take(letters.charCodeAt(index));
  };
}

const BASE = 0x01000193;
/** The factor of the letter that leaves a passage. */
const OLDEST = Array.from({ length: PASSAGE }).reduce((power: number) => Math.imul(power, BASE), 1);

/** The hash of every passage of a text, with the index of its first letter. */
function eachPassage(
  letters: (take: (code: number) => void) => void,
  take: (hash: number, first: number) => void,
): void {
  const recent = new Uint16Array(PASSAGE);
  let hash = 0;
  let count = 0;
  letters((code) => {
    const slot = count % PASSAGE;
    hash = (Math.imul(hash, BASE) + code - Math.imul(recent[slot] ?? 0, OLDEST)) | 0;
    recent[slot] = code;
    count++;
    if (count >= PASSAGE) take(hash, count - PASSAGE);
  });
}

/** Whole lines that are shorter than a passage, by their letters. */
function shortLines(texts: readonly string[]): ReadonlyMap<number, ReadonlySet<string>> {
  const byLength = new Map<number, Set<string>>();
  for (const line of texts.flatMap((text) => text.split('\n'))) {
    const { length } = line.trim();
    if (length < MIN_LINE_CHARS || length > MAX_LINE_CHARS) continue;
    const { text } = lettersOf(line);
    if (text.length < MIN_LINE_LETTERS || text.length >= PASSAGE) continue;
    byLength.set(text.length, (byLength.get(text.length) ?? new Set()).add(text));
  }
  return byLength;
}

function privateParts(
  { text, starts, ends }: Letters,
  passages: ReadonlySet<number>,
  lines: ReadonlyMap<number, ReadonlySet<string>>,
): Range[] {
  const found: Range[] = [];
  eachPassage(codesOf(text), (hash, first) => {
    const last = found.at(-1);
    if (!passages.has(hash)) return;
    if (last !== undefined && last.end >= first) last.end = first + PASSAGE;
    else found.push({ start: first, end: first + PASSAGE });
  });
  for (const [length, known] of lines)
    for (let first = 0; first + length <= text.length; first++)
      if (known.has(text.slice(first, first + length))) found.push({ start: first, end: first + length });
  return found.map(({ start, end }) => ({ start: starts[start] ?? 0, end: ends[end - 1] ?? 0 }));
}

/** All texts of a value but names. */
function stringsIn(value: unknown, strings: string[] = []): string[] {
  if (typeof value === 'string') strings.push(value);
  else if (Array.isArray(value)) for (const item of value) stringsIn(item, strings);
  else if (value !== null && typeof value === 'object')
    for (const [key, item] of Object.entries(value))
      if (typeof item !== 'string' || !NAMES.has(key)) stringsIn(item, strings);
  return strings;
}

function replaced(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value);
  if (Array.isArray(value)) return value.map((item) => replaced(item, replace));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      NAMES.has(key) && typeof item === 'string' ? item : replaced(item, replace),
    ]),
  );
}
