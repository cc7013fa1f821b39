import { isTree, record } from '../tree.js';
import { unwritten } from '../written.js';
import { type AnyKey, type Definition, Key, type Keys, type Schema } from './key.js';
import { anyText, text } from './kinds.js';
import { type Resolved, readKeys, readMap, readStated, type ValueOf } from './resolved.js';

/** Names of agents, tools and policies: no colon (`tool:model`), no slash, no blank. */
export const NAME = '^[A-Za-z0-9][A-Za-z0-9._-]*$';

/** A list; absent, it is empty. */
export function list<K extends AnyKey>(
  description: string,
  item: K,
  more: Schema = {},
): Key<readonly Item<K>[]> {
  return new Key(listOf({ type: 'array', description, ...more }, item, 'list'), '') as Key<
    readonly Item<K>[]
  >;
}

/** One item, or a list of them. */
export function oneOrMore<K extends AnyKey>(description: string, item: K): Key<readonly Item<K>[]> {
  const { description: _, type, ...same } = item.definition.schema;
  const schema = { ...same, type: [type, 'array'].flat(), description };
  return new Key(listOf(schema, item, 'oneOrMore'), '') as Key<readonly Item<K>[]>;
}

/** A list of texts that are not empty. */
export function texts(description: string): Key<readonly string[]> {
  return list(description, word());
}

/** A text of a list or map that the key around it describes. */
export function word(): Key<string | null> {
  return undescribed(text(''));
}

/** The same, which may be empty. */
export function anyWord(): Key<string | null> {
  return undescribed(anyText(''));
}

/** Named entries of one kind. The section and its entries may be without content. */
export function section(description: string, entry: AnyKey, names: string): Key<unknown, '-'> {
  return nullable(entries(description, nullable(entry), names)).notResolved();
}

/** A map that may be without content. */
export function nullable<T, N extends string>(key: Key<T, N>): Key<T, N> {
  const schema = { ...key.definition.schema, type: ['object', 'null'] };
  return new Key({ ...key.definition, schema }, key.naming);
}

/** The same without a description of its own. */
export function undescribed<T, N extends string>(key: Key<T, N>): Key<T, N> {
  const { description: _, ...schema } = key.definition.schema;
  return new Key({ ...key.definition, schema }, key.naming);
}

/** A map with names of the user's choice. */
export function entries<K extends AnyKey>(
  description: string,
  value: K,
  names: string | null = null,
): Key<Readonly<Record<string, Item<K>>>> {
  const schema = {
    type: 'object',
    description,
    ...(names === null ? {} : { propertyNames: { pattern: names } }),
  };
  return new Key(entriesOf(schema, value), '') as Key<Readonly<Record<string, Item<K>>>>;
}

/** A map with fixed keys; absent, all of them have their defaults. */
export function map<const K extends Keys>(description: string, keys: K): Key<Resolved<K>> {
  return new Key(
    {
      schema: { type: 'object', description },
      inner: { kind: 'map', keys },
      read: (written, base) =>
        isTree(written.value) ? (readMap(keys, written, base) ?? undefined) : undefined,
      empty: () => readKeys(keys, NOTHING),
    },
    '',
  );
}

/** A map with fixed keys without defaults: only stated keys are resolved. */
export function partial<const K extends Keys>(description: string, keys: K): Key<Stated<K>> {
  return new Key(
    {
      schema: { type: 'object', description },
      inner: { kind: 'map', keys },
      read: (written, base) => readStated(keys, written, base),
      empty: () => ({}),
    },
    '',
  );
}

/** A map whose keys are known names, each with the same kind of value; only those that are stated are resolved. */
export function byName<const Name extends string, K extends AnyKey>(
  description: string,
  names: readonly Name[],
  key: (name: Name) => K,
): Key<Readonly<Partial<Record<Name, Item<K>>>>> {
  const keys = Object.fromEntries(names.map((name) => [name, key(name).named(name)]));
  return partial(description, keys) as unknown as Key<Readonly<Partial<Record<Name, Item<K>>>>>;
}

/** What a map may state: a key that is there is not `null`. */
type Stated<K extends Keys> = { [P in keyof Resolved<K>]?: Exclude<Resolved<K>[P], null> };

/** What an item or entry resolves to: it is there, so it is not `null`. */
type Item<K> = Exclude<ValueOf<K>, null>;

const NOTHING = unwritten(undefined);

function listOf(schema: Schema, item: AnyKey, kind: 'list' | 'oneOrMore'): Definition<readonly unknown[]> {
  return {
    schema,
    inner: { kind, item },
    read: (written) =>
      written.items().flatMap((one) => {
        const value = item.definition.read(one);
        return value === undefined ? [] : [value];
      }),
    empty: () => [],
    placed: () => listOf(schema, item.placed(), kind),
  };
}

function entriesOf(schema: Schema, value: AnyKey): Definition<Readonly<Record<string, unknown>>> {
  return {
    schema,
    inner: { kind: 'entries', value },
    read: (written) =>
      record(
        written.entries().flatMap(([name, one]) => {
          const read = value.definition.read(one);
          return read === undefined ? [] : [[name, read] as const];
        }),
      ),
    empty: () => record([]),
    placed: () => entriesOf(schema, value.placed()),
  };
}
