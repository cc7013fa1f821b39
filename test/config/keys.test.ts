import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { configSchema } from '../../src/config/json-schema.js';
import { CONFIG } from '../../src/config/keys/config.js';
import type { AnyKey, Inner, Keys } from '../../src/config/keys/key.js';
import { TOOL } from '../../src/config/keys/tools.js';
import { at, child, entriesOf, isTree } from '../../src/config/tree.js';
import { unwritten } from '../../src/config/written.js';

const all: readonly [name: string, key: AnyKey][] = [
  ...keysIn(CONFIG, ''),
  ...Object.values(TOOL).flatMap((keys) => keysIn(keys, 'tools.*')),
];

describe('the definitions of keys', () => {
  it('all reach the resolved config, unless only shown or combined with other keys', () => {
    const apart = [...new Set(all.filter(([, key]) => key.naming === '-').map(([name]) => name))];
    expect(apart.sort()).toEqual(
      [
        'version',
        ...['agents', 'tools', 'models', 'policies'],
        ...['priced_at', 'task_suitability'].map((key) => `models.*.${key}`),
        ...['kind', 'command_template', 'args'].map((key) => `tools.*.${key}`),
        'policies.*.budget',
      ].sort(),
    );
  });

  it('have valid defaults', () => {
    const withDefault = all.filter(([, key]) => key.defaultIn({}) !== undefined);
    expect(withDefault.length).toBeGreaterThan(30);
    const unreadable = withDefault.filter(
      ([, key]) => key.definition.read(unwritten(key.defaultIn({}))) === undefined,
    );
    expect(unreadable.map(([name]) => name)).toEqual([]);
  });

  it('state what each key may do: which are harmless, which name a path', () => {
    const names = (wanted: (key: AnyKey) => boolean) =>
      [...new Set(all.filter(([, key]) => wanted(key)).map(([name]) => name))].sort();
    expect(names(({ definition }) => definition.effect === 'harmless')).toEqual([
      ...['agents.*.description', 'agents.*.system'],
      ...['deprecated', 'priced_at', 'superseded_by', 'task_suitability'].map((key) => `models.*.${key}`),
      'version',
    ]);
    expect(names(({ definition }) => definition.isPath !== undefined)).toEqual([
      ...['agents.*.schema', 'agents.*.system_file', 'ledger.path', 'tools.*.binary'],
      ...['linux', 'macos'].map((key) => `tools.*.platforms.${key}`),
      'traces.dir',
    ]);
  });

  it('state which of them a project can only make stricter than the user has them', () => {
    const names = (floor: string) =>
      [...new Set(all.filter(([, key]) => key.definition.floor === floor).map(([name]) => name))].sort();
    const of = (section: string, ...keys: string[]) => keys.map((key) => `${section}.*.${key}`);
    expect(names('least')).toEqual([
      ...of('agents', 'access', 'idle_timeout', 'max_cost_usd', 'max_tokens', 'timeout'),
      ...of('policies', 'fail_open.up_to_usd', 'max_children.at_once', 'max_children.in_all'),
      ...of('policies', 'max_depth', 'privacy.log_prompts', 'require_justification_over_usd'),
      ...of('policies', 'retry.after_side_effects', 'retry.max_attempts'),
      ...of('tools', 'concurrency', 'max_output'),
      ...of('tools', 'rate_limit.requests_per_hour', 'rate_limit.requests_per_minute'),
    ]);
    expect(names('most')).toEqual([
      'audit.retention_days',
      'ledger.retention_days',
      'policies.*.gateway',
      'tools.*.private_tmp',
    ]);
    expect(names('union')).toEqual([
      ...of('policies', 'budget', 'governance.denied_models', 'governance.denied_tools', 'privacy.redact'),
      'tools.*.env_unset',
    ]);
    expect(names('intersection')).toEqual([
      ...of('policies', 'governance.allowed_models', 'governance.allowed_tools'),
      'tools.*.env_inherit',
    ]);
    expect(names('own')).toEqual([
      'agents.*.policy',
      'ledger.path',
      'ledger.schema',
      'ledger.url',
      'ledger.url_env',
      'models.*.cost_per_1m_tokens',
      'telemetry.otlp.endpoint',
      'telemetry.otlp.headers',
      ...of('tools', 'billing', 'cost_cap'),
      'traces.enabled',
    ]);
  });
});

describe('the schema', () => {
  it('matches the committed file, and its validator needs no compiler', () => {
    expect(JSON.parse(readFileSync('schema/config.schema.json', 'utf8'))).toEqual(configSchema());
    const check = readFileSync('src/config/schema-check.generated.ts', 'utf8');
    expect(/[^'"]require\(|new Function/.test(check)).toBe(false);
  });

  it('describes every key', () => {
    expect(undescribed(configSchema(), '')).toEqual([]);
  });

  it('lets every map with fixed keys take keys that start with `x-`', () => {
    const maps = fixedMaps(configSchema());
    expect(maps.length).toBeGreaterThan(10);
    expect(maps.filter((map) => at(map, ['patternProperties', '^x-']) !== true)).toEqual([]);
  });

  it('names the default of each kind of tool where they differ', () => {
    const tool = at(configSchema(), ['properties', 'tools', 'additionalProperties', 'properties']);
    expect(at(tool, ['timeout', 'description'])).toMatch(
      / \[command: 15m, http: 60s, mock: 15m, custom: 15m\]$/,
    );
    expect(at(tool, ['timeout', 'default'])).toBeUndefined();
    expect(at(tool, ['max_output', 'default'])).toBe('64MiB');
  });
});

/** Every key with its dotted name; `*` is any name, lists are left out. */
function keysIn(keys: Keys, prefix: string): [name: string, key: AnyKey][] {
  return Object.entries(keys).flatMap(([key, one]) => {
    const name = prefix === '' ? key : `${prefix}.${key}`;
    return [[name, one] as [string, AnyKey], ...inside(one.definition.inner, name)];
  });
}

function inside(inner: Inner | undefined, prefix: string): [name: string, key: AnyKey][] {
  switch (inner?.kind) {
    case undefined:
      return [];
    case 'map':
      return keysIn(inner.keys, prefix);
    case 'entries':
      return inside(inner.value.definition.inner, `${prefix}.*`);
    case 'list':
    case 'oneOrMore':
      return inside(inner.item.definition.inner, prefix);
  }
}

function undescribed(schema: unknown, prefix: string): string[] {
  return entriesOf(child(schema, 'properties')).flatMap(([key, part]) => {
    const name = `${prefix}.${key}`;
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
