import { isMap } from '../domain/lookup.js';

/** Steps from the root of a config to a value: keys, and indexes of lists. */
export type Path = readonly (string | number)[];

// Taken once: these are called for each value of a config, and globals are slow where a context has its own, as in Jest.
const { isArray } = Array;
const { hasOwn } = Object;

/** A map as YAML gives it, with nothing known about its values. */
export type Tree = Readonly<Record<string, unknown>>;

/** Whether a value is a map (not a list, not `null`). */
export function isTree(value: unknown): value is Tree {
  return isMap(value);
}

/** The map's own value, never one that every object inherits; `undefined` when absent or not a map. */
export function child(value: unknown, step: string | number): unknown {
  if (isArray(value)) return typeof step === 'number' ? value[step] : undefined;
  return isTree(value) && hasOwn(value, step) ? value[step] : undefined;
}

/** The value at a path; `undefined` when there is none. */
export function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(child, value);
}

/** The entries of a map; none for anything else. */
export function entriesOf(value: unknown): [key: string, value: unknown][] {
  return isTree(value) ? Object.entries(value) : [];
}

/** The items of a list with their indexes; a single value counts as a list of one at no index. */
export function itemsOf(value: unknown): { item: unknown; step: Path }[] {
  if (Array.isArray(value)) return value.map((item, index) => ({ item, step: [index] }));
  return value === undefined || value === null ? [] : [{ item: value, step: [] }];
}

/** A map that inherits nothing, so that `map[name]` of a name like `constructor` is absent. */
export function record<T>(entries: Iterable<readonly [string, T]>): Record<string, T> {
  return Object.assign(Object.create(null) as Record<string, T>, Object.fromEntries(entries));
}

/** JSON that is the same for the same values, in whatever order their keys were written. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isTree(value)) return JSON.stringify(value ?? null);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`).join(',')}}`;
}
