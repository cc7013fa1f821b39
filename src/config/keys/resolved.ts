import { child } from '../tree.js';
import type { Written } from '../written.js';
import type { AnyKey, Key, Keys } from './key.js';

/** The resolved value of a key. */
export type ValueOf<K> = K extends Key<infer T, string> ? T : never;

/** The resolved form of a map with these keys. */
export type Resolved<K extends Keys> = {
  [P in keyof K & string as FieldName<P, K[P]>]: ValueOf<K[P]>;
};

type FieldName<P extends string, K> =
  K extends Key<unknown, infer N>
    ? N extends '-'
      ? never
      : N extends `=${infer Own}`
        ? Own
        : N extends 'MicroUsd'
          ? `${P extends `${infer Head}_usd` ? Camel<Head> : never}MicroUsd`
          : `${Camel<P>}${N}`
    : never;

type Camel<S extends string> = S extends `${infer Head}_${infer Rest}`
  ? `${Head}${Capitalize<Camel<Rest>>}`
  : S;

/** The resolved form of a map; what it does not state comes from `base`, else from the defaults. */
export function readKeys<K extends Keys>(keys: K, entry: Written, base?: Resolved<K>): Resolved<K> {
  const inherited = base as Record<string, unknown> | undefined;
  const fields = fieldsOf(keys).map(({ name, field, key }): [string, unknown] => [
    field,
    key.readIn(entry, name, inherited?.[field]),
  ]);
  return Object.fromEntries(fields) as Resolved<K>;
}

/** What the map states alone, over `base`. */
export function readStated<T extends object>(keys: Keys, entry: Written, base?: T): T {
  const inherited = base as Record<string, unknown> | undefined;
  const stated = fieldsOf(keys).flatMap(({ name, field, key }): [string, unknown][] => {
    if (child(entry.value, name) === undefined) return [];
    const value = key.definition.read(entry.child(name), inherited?.[field]);
    return value === undefined ? [] : [[field, value]];
  });
  return { ...base, ...Object.fromEntries(stated) } as T;
}

interface Field {
  name: string;
  field: string;
  key: AnyKey;
}

const FIELDS = new WeakMap<Keys, readonly Field[]>();

/** The keys that are resolved, with their names in the resolved config. */
function fieldsOf(keys: Keys): readonly Field[] {
  const known = FIELDS.get(keys);
  if (known !== undefined) return known;
  const fields = Object.entries(keys).flatMap(([name, key]) =>
    key.naming === '-' ? [] : [{ name, key, field: fieldName(name, key.naming) }],
  );
  FIELDS.set(keys, fields);
  return fields;
}

function fieldName(name: string, naming: string): string {
  if (naming.startsWith('=')) return naming.slice(1);
  const stem = naming === 'MicroUsd' ? name.replace(/_usd$/, '') : name;
  return stem.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()) + naming;
}
