import type { EventFilter } from '../../config/types.js';
import { compilePattern } from '../../regex/pattern.js';

const NONE: readonly unknown[] = [];

/** All values at a JSON pointer, in order; `*` matches every key or element. Empty if there are none. */
export function pointed(value: unknown, pointer: string): readonly unknown[] {
  const { keys, isSingle } = pathOf(pointer);
  if (!isSingle) return keys.reduce((found, key) => found.flatMap((each) => children(each, key)), [value]);
  const found = valueAt(value, keys);
  return found === undefined ? NONE : [found];
}

/** The value at a path without `*`; `undefined`, which JSON does not have: none. */
function valueAt(value: unknown, keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null || !hasChild(found, key)) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** Pointers of definitions are used for every event, so they are parsed once. */
const PATHS = new Map<string, Path>();

interface Path {
  keys: readonly string[];
  /** Leads to one value at most. */
  isSingle: boolean;
}

function pathOf(pointer: string): Path {
  const known = PATHS.get(pointer);
  if (known !== undefined) return known;
  const keys = pointer === '' ? [] : pointer.replace(/^\//, '').split('/').map(unescaped);
  const path = { keys, isSingle: !keys.includes('*') };
  PATHS.set(pointer, path);
  return path;
}

function unescaped(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}

/**
 * Whether an event matches a filter at every pointer. A text between slashes is a regex; `null` also matches
 * a missing value; of several values of `*` one match is enough.
 */
export function matches(event: unknown, filter: EventFilter): boolean {
  for (const holds of conditionsOf(filter)) if (!holds(event)) return false;
  return true;
}

type Condition = (event: unknown) => boolean;

/** Filters of definitions are asked about every event, so they are read once. */
const CONDITIONS = new WeakMap<EventFilter, readonly Condition[]>();

function conditionsOf(filter: EventFilter): readonly Condition[] {
  const known = CONDITIONS.get(filter);
  if (known !== undefined) return known;
  const conditions = Object.entries(filter).map(([pointer, wanted]) => condition(pointer, wanted));
  CONDITIONS.set(filter, conditions);
  return conditions;
}

type Wanted = string | number | boolean | null;

function condition(pointer: string, wanted: Wanted): Condition {
  const { keys, isSingle } = pathOf(pointer);
  const isWanted = testOf(wanted);
  if (isSingle) {
    return (event) => {
      const found = valueAt(event, keys);
      return found === undefined ? wanted === null : isWanted(found);
    };
  }
  return (event) => {
    const found = pointed(event, pointer);
    return found.length === 0 ? wanted === null : found.some(isWanted);
  };
}

function testOf(wanted: Wanted): (value: unknown) => boolean {
  const regex = typeof wanted === 'string' ? /^\/(.+)\/$/s.exec(wanted)?.[1] : undefined;
  if (regex === undefined) return (value) => value === wanted;
  const pattern = compilePattern(regex);
  return (value) => (typeof value === 'string' || typeof value === 'number') && pattern.test(String(value));
}

function children(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  if (key === '*') return Object.values(value);
  return hasChild(value, key) ? [(value as Record<string, unknown>)[key]] : [];
}

function hasChild(value: object, key: string): boolean {
  return (!Array.isArray(value) || /^\d+$/.test(key)) && Object.hasOwn(value, key);
}
