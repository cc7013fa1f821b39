import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Layer, layerOf, mergeLayers } from '../../src/config/layers.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { NOT_IN_EFFECT } from '../../src/config/rules/not-in-effect.js';
import { CONFIG_SCHEMA } from '../../src/config/schema.js';
import { parseSource } from '../../src/config/source.js';
import { at, child, entriesOf, isTree } from '../../src/config/tree.js';
import { FIXTURES } from './support.js';

/** Keys that `resolve` leaves alone: the format's version is checked, the others are information about a model. */
const NOT_RESOLVED = [
  'version',
  ...['priced_at', 'deprecated', 'superseded_by', 'task_suitability'].map((key) => `models.*.${key}`),
];

describe('the schema', () => {
  it('has the keys that are resolved, and no others', () => {
    const inSchema = [
      ...new Set(schemaKeys(CONFIG_SCHEMA, '').map((key) => key.replace(/(per_failure)\.\w+/, '$1.*'))),
    ];
    const read = keysRead();
    const isLater = (key: string) => NOT_IN_EFFECT.some((one) => key === one || key.startsWith(`${one}.`));
    expect(inSchema.filter((key) => !read.has(key) && !isLater(key)).sort()).toEqual(
      [...NOT_RESOLVED].sort(),
    );
    expect(NOT_IN_EFFECT.filter((key) => !inSchema.includes(key) || read.has(key))).toEqual([]);
    expect([...read].filter((key) => !inSchema.includes(key) && !key.endsWith('.*'))).toEqual([]);
  });

  it('is committed as it is, and checked without a compiler', () => {
    expect(JSON.parse(readFileSync('schema/config.schema.json', 'utf8'))).toEqual(CONFIG_SCHEMA);
    const check = readFileSync('src/config/schema-check.generated.ts', 'utf8');
    expect(/[^'"]require\(|new Function/.test(check)).toBe(false);
  });

  it('describes every key', () => {
    expect(undescribed(CONFIG_SCHEMA, '')).toEqual([]);
  });

  it('lets every map with fixed keys take keys that start with `x-`', () => {
    const maps = fixedMaps(CONFIG_SCHEMA);
    expect(maps.length).toBeGreaterThan(10);
    expect(maps.filter((map) => at(map, ['patternProperties', '^x-']) !== true)).toEqual([]);
  });
});

/** Dotted keys of the schema; `*` is any name, lists are left out, selectors are one key `<selector>`. */
function schemaKeys(schema: unknown, prefix: string): string[] {
  const reference = child(schema, '$ref');
  if (reference === '#/$defs/filter') return [];
  if (typeof reference === 'string') return selectorKeys();
  const fixed = entriesOf(child(schema, 'properties')).flatMap(([key, part]) => {
    const name = dotted(prefix, key);
    if (prefix.endsWith('finish_reason') && isSelectorKey(key)) return [];
    return [name, ...schemaKeys(part, name)];
  });
  const entry = child(schema, 'additionalProperties');
  const open = isTree(entry) ? schemaKeys(entry, dotted(prefix, '*')) : [];
  const items = child(schema, 'items');
  return [...new Set([...fixed, ...open, ...(isTree(items) ? schemaKeys(items, prefix) : [])])];
}

function selectorKeys(): string[] {
  return Object.keys(at(CONFIG_SCHEMA, ['$defs', 'selector', 'properties']) as object).map(
    (key) => `<selector>.${key}`,
  );
}

function isSelectorKey(key: string): boolean {
  return selectorKeys().includes(`<selector>.${key}`);
}

/** Every key that `resolveConfig` asks for, over a config that uses all of them. */
function keysRead(): Set<string> {
  const text = readFileSync(path.join(FIXTURES, 'ok', 'everything.yaml'), 'utf8');
  const { source } = parseSource({ file: 'f', text });
  const { layer } = layerOf('project', source === null ? [] : [source]);
  const read = new Set<string>();
  const merged = mergeLayers([layer as Layer]);
  resolveConfig(
    { ...merged, value: watched(merged.value, '', read) },
    { home: '/h', pathOf: (file) => file },
  );
  return read;
}

/** Notes each key that is looked up by name; listing the names of a map notes nothing. */
function watched<T extends object>(value: T, prefix: string, read: Set<string>): T {
  return new Proxy(value, {
    ownKeys: (target) => Reflect.ownKeys(target),
    getOwnPropertyDescriptor: (target, key) => {
      const name = nameOf(prefix, key, target);
      if (name !== null) read.add(name);
      return Reflect.getOwnPropertyDescriptor(target, key);
    },
    get: (target, key) => {
      const found = Reflect.get(target, key);
      if (typeof found !== 'object' || found === null) return found;
      return watched(found, nameOf(prefix, key, target) ?? prefix, read);
    },
  });
}

const NAMED =
  /^(agents|tools|models|policies)$|\.(task_types|env_vars|env_template|private_files|headers|ids|map|per_failure)$/;
const SELECTORS =
  /\.output\.(text|deltas|activity|changed_files|cost_usd|tool_session_id|response_model|data|usage\.\w+_tokens|error\.\w+|finish_reason\.select)$/;
const FILTERS = /\.(success|end|pointer|event|after)$/;

/** The key in the schema's terms; `null` for names, indexes and what stands in filters. */
function nameOf(prefix: string, key: string | symbol, target: object): string | null {
  if (typeof key === 'symbol' || Array.isArray(target)) return null;
  if (FILTERS.test(prefix)) return null;
  if (NAMED.test(prefix)) return isTree(child(target, key)) ? dotted(prefix, '*') : null;
  const isFinish = prefix.endsWith('finish_reason') && isSelectorKey(key);
  if (SELECTORS.test(prefix) || prefix === '<selector>' || isFinish) return `<selector>.${key}`;
  return dotted(prefix, key);
}

function undescribed(schema: unknown, prefix: string): string[] {
  return entriesOf(child(schema, 'properties')).flatMap(([key, part]) => {
    const name = dotted(prefix, key);
    const more = [part, child(part, 'additionalProperties'), child(part, 'items')];
    return [
      ...(typeof child(part, 'description') === 'string' ? [] : [name]),
      ...more.flatMap((one) => undescribed(one, name)),
    ];
  });
}

function fixedMaps(schema: unknown): unknown[] {
  if (Array.isArray(schema)) return schema.flatMap(fixedMaps);
  if (!isTree(schema)) return [];
  const own = child(schema, 'additionalProperties') === false ? [schema] : [];
  return [...own, ...Object.values(schema).flatMap(fixedMaps)];
}

function dotted(prefix: string, key: string): string {
  return prefix === '' ? key : `${prefix}.${key}`;
}
