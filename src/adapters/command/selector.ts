import type { OutputSource, Selector, Selectors, Take } from '../../config/types.js';
import { compilePattern } from '../../regex/pattern.js';
import { matches, pointed } from './pointer.js';

/** Gathers one selector's value over events or text, keeping only what its `take` needs. */
export interface Fold {
  /** Sees one event (or the one document). */
  event: (event: unknown) => void;
  /** Sees text: the whole of a source, or one line of a stream. */
  text: (text: string) => void;
  /** The value; `undefined`: none found. */
  found: () => unknown;
  /** Forgets what was found. */
  reset: () => void;
  /** A concatenation was cut at the limit. */
  isOver: () => boolean;
}

/** Starts a fold; concatenations have at most `maxBytes`. */
export function createFold(selector: Selector, maxBytes: number): Fold {
  let state: unknown;
  let bytes = 0;
  const add = (value: unknown) => {
    if (value === null || value === undefined) return;
    if (selector.take === 'concat') {
      bytes += Buffer.byteLength(textOf(value));
      if (bytes > maxBytes) return;
    }
    state = combine(selector.take, state, value);
  };
  const event = (seen: unknown) => {
    if (selector.kind === 'pointer' && selector.after !== null && matches(seen, selector.after)) {
      state = undefined;
      bytes = 0;
      return;
    }
    for (const value of valuesIn(seen, selector)) add(value);
  };
  const text = (seen: string) => {
    for (const value of valuesInText(seen, selector)) add(value);
  };
  const reset = () => {
    state = undefined;
    bytes = 0;
  };
  return { event, text, reset, found: () => state, isOver: () => bytes > maxBytes };
}

/** The texts that one event of a source gives by the first selector that finds any, for live output. */
export function textsInEvent(from: OutputSource, event: unknown, selectors: Selectors): string[] {
  return firstFound(from, selectors, (selector) => valuesIn(event, selector));
}

/** The texts that a regular expression finds in a text of a source, by the first selector that finds any. */
export function textsInText(from: OutputSource, text: string, selectors: Selectors): string[] {
  return firstFound(from, selectors, (selector) => valuesInText(text, selector));
}

function firstFound(
  from: OutputSource,
  selectors: Selectors,
  valuesOf: (selector: Selector) => readonly unknown[],
): string[] {
  for (const selector of selectors) {
    if (selector.from !== from) continue;
    const values = valuesOf(selector);
    if (values.length === 0) continue;
    const texts = values.filter((value) => value !== null && value !== undefined).map(textOf);
    if (texts.length > 0) return texts;
  }
  return [];
}

/** A value as text: strings unchanged, structures as JSON. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A value as a number, thousands separators allowed; `null`: not a number, as `0,02` with a decimal comma. */
export function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  // Longer texts are no numbers, and searching them is slow.
  if (typeof value !== 'string' || value.length > 64 || !NUMBER.test(value)) return null;
  return Number(value.replaceAll(',', ''));
}

const NUMBER = /^\s*-?(?:[1-9]\d{0,2}(?:,\d{2,3})*,\d{3}(?:\.\d+)?|\d*\.?\d+)(?:e[+-]?\d+)?\s*$/i;

const NONE: readonly unknown[] = [];

function valuesIn(event: unknown, selector: Selector): readonly unknown[] {
  if (selector.kind === 'regex') return NONE;
  if (selector.event !== null && !matches(event, selector.event)) return NONE;
  const found = pointed(event, selector.pointer);
  if (selector.kind === 'pointer') return found;
  return found.flatMap((value) => (typeof value === 'object' && value !== null ? Object.keys(value) : []));
}

function valuesInText(text: string, selector: Selector): string[] {
  if (selector.kind !== 'regex') return [];
  return compilePattern(selector.regex, 'm')
    .all(text)
    .matches.flatMap((match) => {
      const value = groupOf(match, selector.group);
      return value === undefined ? [] : [value];
    });
}

function groupOf(match: RegExpMatchArray, group: string | null): string | undefined {
  if (group === null) return match[1] ?? match[0];
  return /^\d+$/.test(group) ? match[Number(group)] : match.groups?.[group];
}

function combine(take: Take, state: unknown, value: unknown): unknown {
  switch (take) {
    case 'first':
      return state === undefined ? value : state;
    case 'last':
      return value;
    case 'concat':
      return (state === undefined ? '' : textOf(state)) + textOf(value);
    case 'sum':
      return combineNumbers(state, value, addKnown);
    case 'max':
      return combineNumbers(state, value, Math.max);
  }
}

/** A negative part cannot be true, and neither can the sum: it stays negative, so that no part is a credit. */
function addKnown(a: number, b: number): number {
  return a < 0 || b < 0 ? Math.min(a, b) : a + b;
}

function combineNumbers(state: unknown, value: unknown, join: (a: number, b: number) => number): unknown {
  const [before, now] = [numberOf(state), numberOf(value)];
  if (now === null) return state;
  return before === null ? now : join(before, now);
}
