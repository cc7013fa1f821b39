import type { EventFilter } from '../../config/types.js';
import { compilePattern } from '../../regex/pattern.js';

/** All values at a JSON pointer, in order; `*` matches every key or element. Empty if there are none. */
export function pointed(value: unknown, pointer: string): unknown[] {
  let found = [value];
  for (const key of keysOf(pointer)) {
    found = found.length === 1 ? children(found[0], key) : found.flatMap((each) => children(each, key));
  }
  return found;
}

/** Pointers of definitions are used for every event, so they are parsed once. */
const KEYS = new Map<string, readonly string[]>();

function keysOf(pointer: string): readonly string[] {
  const known = KEYS.get(pointer);
  if (known !== undefined) return known;
  const keys = pointer === '' ? [] : pointer.replace(/^\//, '').split('/').map(unescaped);
  KEYS.set(pointer, keys);
  return keys;
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}

/**
 * Whether an event matches a filter at every pointer. A text between slashes is a regex; `null` also matches
 * a missing value; of several values of `*` one match is enough.
 */
export function matches(event: unknown, filter: EventFilter): boolean {
  return Object.entries(filter).every(([pointer, wanted]) => {
    const found = pointed(event, pointer);
    return found.length === 0 ? wanted === null : found.some((value) => isWanted(value, wanted));
  });
}

function children(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (key === '*') return Object.values(value);
  if (Array.isArray(value) && !/^\d+$/.test(key)) return [];
  return Object.hasOwn(value, key) ? [(value as Record<string, unknown>)[key]] : [];
}

function isWanted(value: unknown, wanted: string | number | boolean | null): boolean {
  if (typeof wanted !== 'string') return value === wanted;
  const regex = /^\/(.+)\/$/s.exec(wanted)?.[1];
  if (regex === undefined) return value === wanted;
  return (
    (typeof value === 'string' || typeof value === 'number') && compilePattern(regex).test(String(value))
  );
}
