import { didYouMean } from '../diagnostics/suggest.js';
import { type Failure, failure } from '../domain/failure.js';
import { isMap } from '../domain/lookup.js';

/** What a value must be, as the end of a sentence; `null`: it is that. */
export type Check = (value: unknown) => string | null;

/** A check for every key of a type. */
export type Checks<T> = { readonly [key in keyof Required<T>]: Check };

export const text: Check = (value) => (typeof value === 'string' ? null : 'must be text');

export const filledText: Check = (value) =>
  typeof value === 'string' && value.trim() !== '' ? null : 'must be text that is not blank';

export const flag: Check = (value) => (typeof value === 'boolean' ? null : 'must be `true` or `false`');

export const callback: Check = (value) => (typeof value === 'function' ? null : 'must be a function');

export const signal: Check = (value) =>
  value instanceof AbortSignal ? null : 'must be the `signal` of an `AbortController`';

export function oneOf(words: readonly string[]): Check {
  const list = words.map((word) => `\`${word}\``).join(', ');
  return (value) => (words.some((word) => word === value) ? null : `must be one of ${list}`);
}

/** A finite number; `most` is left out where there is no limit. */
export function numberFrom(least: number, most = Number.POSITIVE_INFINITY): Check {
  const range = most === Number.POSITIVE_INFINITY ? `of at least ${least}` : `from ${least} to ${most}`;
  return (value) =>
    Number.isFinite(value) && Number(value) >= least && Number(value) <= most
      ? null
      : `must be a number ${range}`;
}

export function integerFrom(least: number): Check {
  return (value) =>
    Number.isSafeInteger(value) && Number(value) >= least
      ? null
      : `must be a whole number of at least ${least}`;
}

export function listOf(check: Check, words: string): Check {
  return (value) => (Array.isArray(value) && value.every((one) => check(one) === null) ? null : words);
}

export function mapOf(check: Check, words: string): Check {
  return (value) => (isMap(value) && Object.values(value).every((one) => check(one) === null) ? null : words);
}

export function anyOf(checks: readonly Check[], words: string): Check {
  return (value) => (checks.some((check) => check(value) === null) ? null : words);
}

/** The first wrong or unknown key of an object; `null`: none. A key without a value (`undefined` or `null`) is not given. */
export function troubleOf<T>(given: unknown, checks: Checks<T>, what: string): Failure | null {
  if (!isMap(given)) return failure('usage', `${what} must be an object`);
  const known: Readonly<Record<string, Check>> = checks;
  for (const [key, value] of Object.entries(given)) {
    const check = Object.hasOwn(known, key) ? known[key] : undefined;
    if (check === undefined)
      return failure('usage', `${what} has no \`${key}\``, {
        hint: didYouMean(key, Object.keys(known), 'known keys'),
      });
    const must = value === undefined || value === null ? null : check(value);
    if (must !== null) return failure('usage', `\`${key}\` ${must}, not ${shown(value)}`);
  }
  return null;
}

const MOST_SHOWN = 60;

/** A text that is not blank may be private, so that only its type is shown. */
function shown(value: unknown): string {
  if (typeof value === 'string') return value.trim() === '' ? 'blank' : `\`${value.slice(0, MOST_SHOWN)}\``;
  if (typeof value === 'number' || typeof value === 'boolean') return `\`${value}\``;
  return Array.isArray(value) ? 'this list' : `this ${typeof value}`;
}
