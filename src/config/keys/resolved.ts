import { child, isTree } from '../tree.js';
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

/**
 * The resolved form of a map; what it does not state comes from `base`, else from the defaults. `null` for a map without a key
 * that it needs.
 */
export function readMap<K extends Keys>(keys: K, entry: Written, base?: Resolved<K>): Resolved<K> | null {
  const form = formOf(keys);
  const stated = readStated<Record<string, unknown>>(keys, entry, base ?? form.defaults);
  if (form.required.some((field) => stated[field] === null)) return null;
  if (!base) {
    for (const { name, field, key } of form.dependent) {
      if (child(entry.value, name) === undefined) stated[field] = key.absentIn(entry.value);
    }
  }
  return stated as Resolved<K>;
}

/** The same, whatever it lacks. */
export function readKeys<K extends Keys>(keys: K, entry: Written, base?: Resolved<K>): Resolved<K> {
  return readMap(keys, entry, base) ?? (formOf(keys).defaults as Resolved<K>);
}

/** What the map states alone, over `base`. */
export function readStated<T extends object>(keys: Keys, entry: Written, base?: T): T {
  const { fields } = formOf(keys);
  const resolved: Record<string, unknown> = { ...base };
  if (!isTree(entry.value)) return resolved as T;
  for (const name of Object.keys(entry.value)) {
    const known = fields.get(name);
    if (known === undefined) continue;
    const value = known.key.definition.read(entry.child(name), resolved[known.field]);
    if (value !== undefined) resolved[known.field] = value;
  }
  return resolved as T;
}

interface Field {
  name: string;
  field: string;
  key: AnyKey;
}

/** What is the same for every map with the same keys, so that only what a map states takes time. */
interface Form {
  /** The keys that are resolved, by name. */
  fields: ReadonlyMap<string, Field>;
  /** The resolved form of a map that states nothing. */
  defaults: Readonly<Record<string, unknown>>;
  /** Those whose default depends on the entry. */
  dependent: readonly Field[];
  /** Resolved names of the keys that a map needs. */
  required: readonly string[];
}

const FORMS = new WeakMap<Keys, Form>();

function formOf(keys: Keys): Form {
  const known = FORMS.get(keys);
  if (known !== undefined) return known;
  const fields = Object.entries(keys).flatMap(([name, key]): Field[] =>
    key.naming === '-' ? [] : [{ name, key, field: fieldName(name, key.naming) }],
  );
  const form = {
    fields: new Map(fields.map((one) => [one.name, one])),
    defaults: Object.fromEntries(fields.map(({ field, key }) => [field, key.absentIn({})])),
    dependent: fields.filter(({ key }) => key.definition.hasNoDefault !== undefined),
    required: fields.filter(({ key }) => key.definition.isRequired === true).map(({ field }) => field),
  };
  FORMS.set(keys, form);
  return form;
}

function fieldName(name: string, naming: string): string {
  if (naming.startsWith('=')) return naming.slice(1);
  const stem = naming === 'MicroUsd' ? name.replace(/_usd$/, '') : name;
  return stem.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()) + naming;
}
