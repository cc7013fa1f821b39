import { lookup } from '../../domain/lookup.js';
import { entriesOf, itemsOf, type Path } from '../tree.js';
import { CONFIG } from './config.js';
import type { AnyKey, Inner, Keys } from './key.js';

/** What may stand in the value at a path; `null` for a plain value, and for what no key defines. */
export function innerAt(path: Path): Inner | null {
  return path.reduce<Inner | null>((inner, step) => (inner === null ? null : innerOf(inner, step)), {
    kind: 'map',
    keys: CONFIG,
  });
}

/** The keys of the map at a path; none when it has no fixed ones. */
export function keysAt(path: Path): Keys {
  const inner = innerAt(path);
  const map = inner?.kind === 'oneOrMore' ? inner.item.definition.inner : inner;
  return map?.kind === 'map' ? map.keys : {};
}

/** A value and the definition of its key. */
export interface Defined {
  path: Path;
  value: unknown;
  key: AnyKey;
}

/** Every value that stands in the value at a path, maps and lists included, with the definition of its key. */
export function definedIn(path: Path, value: unknown): Defined[] {
  const found: Defined[] = [];
  collect(innerAt(path), path, value, found);
  return found;
}

function collect(inner: Inner | null | undefined, path: Path, value: unknown, found: Defined[]): void {
  const add = (key: AnyKey | null, step: Path, one: unknown) => {
    if (key === null) return;
    const where = [...path, ...step];
    found.push({ path: where, value: one, key });
    collect(key.definition.inner, where, one, found);
  };
  if (inner?.kind === 'map')
    for (const [name, one] of entriesOf(value)) add(lookup(inner.keys, name), [name], one);
  if (inner?.kind === 'entries') for (const [name, one] of entriesOf(value)) add(inner.value, [name], one);
  if (inner?.kind === 'list' || inner?.kind === 'oneOrMore')
    for (const { item, step } of itemsOf(value)) add(inner.item, step, item);
}

/** What the key at the end of a path is called now; `null` for one that never had another name. */
export function newNameOf(path: Path): string | null {
  const former = path.at(-1);
  const found = Object.entries(keysAt(path.slice(0, -1))).find(
    ([, { definition }]) => definition.formerName !== undefined && definition.formerName === former,
  );
  return found?.[0] ?? null;
}

/** Keys of the map at a path that are often looked for under a name. */
export function soughtAs(path: Path): string[] {
  const name = String(path.at(-1));
  const keys = Object.entries(keysAt(path.slice(0, -1)));
  return keys.flatMap(([key, { definition }]) => (definition.soughtAs?.includes(name) === true ? [key] : []));
}

/** The value that another word for it certainly means, at a path; `null`: none. */
export function synonymAt(path: Path, word: string): string | null {
  const key = keysAt(path.slice(0, -1))[String(path.at(-1))];
  return lookup(key?.definition.synonyms ?? {}, word.toLowerCase());
}

function innerOf(inner: Inner, step: string | number): Inner | null {
  switch (inner.kind) {
    case 'map':
      return (Object.hasOwn(inner.keys, step) ? inner.keys[step]?.definition.inner : null) ?? null;
    case 'entries':
      return inner.value.definition.inner ?? null;
    case 'list':
      return inner.item.definition.inner ?? null;
    case 'oneOrMore': {
      const item = inner.item.definition.inner ?? null;
      return typeof step === 'number' || item === null ? item : innerOf(item, step);
    }
  }
}
