import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { builtInLayer } from '../../src/catalog/catalog.js';
import { convertCommandLine } from '../../src/config/migrate/command-line.js';
import type { Migration, OldFile } from '../../src/config/migrate/migrate.js';
import { parseSource } from '../../src/config/source.js';
import { child, isTree } from '../../src/config/tree.js';
import { yamlText } from '../../src/config/yaml-text.js';
import { migrateFiles } from '../../src/config-files/migrate.js';
import { loadConfig } from '../../src/lint/load.js';
import { IS_SOAK } from '../soak.js';

const FOLDER = path.resolve('test/fixtures/migrate');
const IS_UPDATE = process.env.UPDATE_FIXTURES === '1';
const SAMPLES = readdirSync(FOLDER).filter((name) => !name.endsWith('.out'));
/** Every value in the samples that is a key. */
const KEYS = [
  ...['sk-live-0123456789', 'my-own-secret-word', 'plain-secret-value', 'another-secret-value'],
  ...['hunter2hunter2', 'literal-secret-value'],
];

describe('old configs', () => {
  it('come in two formats', () => {
    expect(SAMPLES.filter((name) => name.startsWith('lee-')).length).toBeGreaterThanOrEqual(4);
    expect(SAMPLES.filter((name) => name.startsWith('service-')).length).toBeGreaterThanOrEqual(3);
  });

  it.each(SAMPLES)('%s becomes exactly its new text', (name) => {
    const text = textOf(name);
    const expected = path.join(FOLDER, `${path.basename(name, '.yaml')}.out`);
    if (IS_UPDATE) writeFileSync(expected, text);
    expect(text).toBe(readFileSync(expected, 'utf8'));
  });

  it.each(SAMPLES)('%s becomes a config without errors', (name) => {
    const { config, diagnostics } = load(textOf(name));
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(config).not.toBeNull();
  });

  it.each(SAMPLES)('%s loses every key that was written into it', (name) => {
    for (const key of KEYS) expect(textOf(name)).not.toContain(key);
  });

  it.each(SAMPLES)('%s is not converted a second time', (name) => {
    expect(migrateFiles([{ file: 'llm-router.yaml', text: textOf(name) }])).toEqual({
      kind: 'current',
    });
    expect(textOf(name)).toBe(textOf(name));
  });
});

describe('other files', () => {
  it.each([
    ['unknown', 'greeting: hello\n'],
    ['unknown', 'agents: { me: { preferred_tool: mock } }\n'],
    ['current', 'version: 1\n'],
    ['converted', 'version: 1\nllm: {}\n'],
    ['converted', 'prefer_cheaper_models_under_tokens: 1000\n'],
    ['converted', 'models: { a: { cost_per_1k_tokens: { input: 1, output: 1 } } }\n'],
    ['broken', 'llm: [\n'],
  ])('are %s: %j', (kind, text) => {
    expect(migrateFiles([{ file: 'x.yaml', text }])).toMatchObject({ kind });
  });

  it('with an empty section convert to nothing', () => {
    expect(migrateFiles([{ file: 'x.yaml', text: 'llm: {}\n' }])).toMatchObject({
      kind: 'converted',
      from: 'lee-llm-router',
    });
  });
});

/** Any value where an old config has one. */
const anything = fc.oneof(
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the old config
  fc.constantFrom('sonnet', '', 'a:b:c', '-x', '${A:b}', '{x}', '__proto__'),
  fc.integer({ min: -5, max: 5 }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.constantFrom('x', 1, null), { maxLength: 3 }),
  fc.dictionary(
    fc.constantFrom('type', 'model', 'a b', 'input', 'constructor'),
    fc.constantFrom('mock', 1, {}),
  ),
);

describe('old configs with anything in them', () => {
  it.each(SAMPLES)('%s converts, or is reported as wrong', (name) => {
    const sources = filesOf(name).map((one) => ({ ...one, value: parseSource(one).source?.value }));
    const paths = sources.flatMap(({ value }, file) => pathsOf(value, []).map((path) => ({ file, path })));
    fc.assert(
      fc.property(fc.constantFrom(...paths), anything, ({ file, path: where }, value) => {
        const files = sources.map((source, index) => ({
          file: source.file,
          text: yamlText(index === file ? setAt(source.value, where, value) : source.value),
        }));
        const migration = migrateFiles(files);
        expect(['converted', 'unknown', 'current', 'broken']).toContain(migration.kind);
        if (migration.kind !== 'converted') return;
        expect(parseSource({ file: 'new.yaml', text: migration.text }).diagnostics).toEqual([]);
        for (const key of KEYS) expect(migration.text).not.toContain(key);
      }),
      { numRuns: IS_SOAK ? 120 : 4 },
    );
  });
});

function pathsOf(value: unknown, base: readonly (string | number)[]): (string | number)[][] {
  const steps = Array.isArray(value) ? [...value.keys()] : isTree(value) ? Object.keys(value) : [];
  return steps.flatMap((step) => [[...base, step], ...pathsOf(child(value, step), [...base, step])]);
}

function setAt(value: unknown, [step, ...rest]: readonly (string | number)[], one: unknown): unknown {
  if (step === undefined) return one;
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? setAt(item, rest, one) : item));
  return { ...(value as object), [step]: setAt(child(value, step), rest, one) };
}

describe('a command line', () => {
  it.each([
    ['{{binary}} -p {{prompt}}', '{binary} -p {prompt}', 'argument'],
    ['{binary} < {prompt_file}', '{binary}', 'stdin'],
    ['{binary} < "{prompt_file}" > {output_file}', '{binary}', 'stdin'],
    ['{binary} --file {prompt_file}', '{binary} --file {prompt_file}', 'file'],
    ['{binary} "a | b" c', '{binary} "a | b" c', 'stdin'],
    ['{binary} a | tee x', '{binary} a', 'stdin'],
    ['{binary} 2>&1', '{binary}', 'stdin'],
  ])('%s becomes %s, prompt by %s', (old, template, prompt) => {
    expect(convertCommandLine(old)).toMatchObject({ template, prompt });
  });

  it('reports what it cut off and what it does not know', () => {
    expect(convertCommandLine('{binary} {place} && rm x').notes).toEqual([
      'no shell runs the command, so this was cut off: `&& rm x`',
      '`{place}` is no placeholder of version 1 and is literal text',
    ]);
  });
});

describe('what is dropped or changed', () => {
  const service = (yaml: string) => `telemetry: { enabled: true }\n${yaml}`;
  const budget = 'daily_budget_usd: 5';
  it.each([
    [
      'rate_limiting: { max_requests_per_minute: { ghost: 5 } }\ntools: { bot: { binary: b } }',
      'rate_limiting.max_requests_per_minute.ghost: 5',
    ],
    [
      'rate_limiting: { max_requests_per_hour: many }\ntools: { bot: { binary: b } }',
      'rate_limiting.max_requests_per_hour: many',
    ],
    [
      `policies: { ${budget}, limit: { threshold_percent: 70 }, alert_threshold_percent: 60 }`,
      'alert_threshold_percent: 60',
    ],
    [
      `policies: { ${budget}, alert_threshold_percent: 60, enforcement: { alert_threshold_percent: 50 } }`,
      'enforcement.alert_threshold_percent: 50',
    ],
    [`policies: { ${budget}, alert_threshold_percent: 150 }`, '150 was changed'],
    [`policies: { ${budget}, limit: { type: soft }, block_over_budget: true }`, 'the limit is hard'],
    [`policies: { ${budget}, limit: { type: firm, grace: 3 } }`, 'limit.type: firm'],
    [`policies: { ${budget}, limit: { type: hard, grace: 3 } }`, 'limit.grace: 3'],
    ['policies: { alert_threshold_percent: 60 }', 'no budget that this could limit'],
    [`policies: { ${budget}, default: { daily_budget_usd: 7 } }`, 'daily_budget_usd: 5'],
    [`policies: { ${budget}, daily: 3 }`, 'daily: 3'],
    ['policies: { default: { daily_budget_usd: lots } }', 'daily_budget_usd: lots'],
    ['policies: { default: { allowed_models: [] } }', 'allowed_models: []'],
    [
      'policies: { default: { allowed_models: [a] } }\nmodel_selection: { allowed_models: [b] }',
      'model_selection.allowed_models: [b]',
    ],
    [
      'policies: { default: { cost_optimization: { simple_task_threshold_tokens: 9 }, prefer_cheaper_models_under_tokens: 8 } }',
      'prefer_cheaper_models_under_tokens: 8',
    ],
    [
      'policies: { default: { cost_optimization: { simple_task_threshold_tokens: 9 } } }\ncost_optimization: { simple_task_threshold_tokens: 8 }',
      'cost_optimization.simple_task_threshold_tokens: 8',
    ],
    [
      'policies: { enforcement: { block_over_budget: true } }\nenforcement: { block_over_budget: false }',
      'enforcement: {block_over_budget: false}',
    ],
    ['models: { a: { tier: ultra, cost_per_1k_tokens: { input: cheap, cached: 1 } } }', 'tier: ultra'],
    ['models: { a: { cost_per_1k_tokens: { input: cheap, cached: 1 } } }', 'cost_per_1k_tokens.cached: 1'],
    ['models: { a: { cost_per_1k_tokens: { input: cheap } } }', 'cost_per_1k_tokens.input: cheap'],
    ['models: { a: { provider: x, vendor: other } }', 'vendor: other'],
    ['models: { a: { retired_date: 2025-01-01 } }', "retired_date: '2025-01-01'"],
    ['agents: { My Agent: { tool: a, preferred_tool: b } }', 'was named `My Agent`'],
    ['agents: { x: { tool: a, preferred_tool: b } }', 'since `preferred_tool` holds: `tool: a`'],
    ['agents: { x: { task_types: { quick: 3 } } }', 'task_types: {quick: 3}'],
    ['agents: { a b: { tool: t }, a-b: { tool: u } }', 'two entries have the name `a-b`'],
    ['agents: [x]', 'agents: [x]'],
    ['tools: { bot: { binary: b, command: c } }', 'command: c'],
    ['tools: { bot: { binary: b, timeout: soon } }', 'timeout: soon'],
    ['tools: { bot: { binary: b, platforms: { freebsd: /b } } }', 'platforms.freebsd: /b'],
    [
      'tools: { bot: { command_template: "{binary} > {output_file}", binary: b } }',
      '`> {output_file}` was left out',
    ],
    ['tools: { bot: { command_template: "{binary}", binary: b, text_field: answer } }', 'text_field: answer'],
    ['default_agent: 7', 'default_agent: 7'],
  ])('%s leaves a comment', (yaml, comment) => {
    const comments = commentsOf(service(yaml));
    expect(comments).toContain(comment);
  });

  it.each([
    [
      'providers: { p: { type: mock, raise_timeout: true, raise_rate_limit: true } }',
      'raise_rate_limit: true',
    ],
    ['providers: { p: { type: mock, raise_timeout: true, response_text: hi } }', 'response_text: hi'],
    [
      'providers: { p: { type: chatgpt_subscription_http, base_url: "https://x.example" } }',
      'providers.p.base_url',
    ],
    ['providers: { p: { type: codex_cli, timeout: soon } }', 'providers.p.timeout: soon'],
    [
      'providers: { p: { type: codex_cli, args: [a], env: { A: b }, env_vars: { C: d } } }',
      'env_vars: {C: d}',
    ],
    ['providers: { p: { type: codex_cli, response_format: xml } }', 'response_format: xml'],
    ['roles: { r: { temperature: warm } }', 'temperature: warm'],
    ['roles: { the role: {} }', 'was named `the role`'],
    ['roles: [r]', 'llm.roles: [r]'],
  ])('llm: { %s } leaves a comment', (yaml, comment) => {
    expect(commentsOf(`llm: { ${yaml} }`)).toContain(comment);
  });
});

function commentsOf(text: string): string {
  const migration = migrateFiles([{ file: 'x.yaml', text }]);
  if (migration.kind !== 'converted') throw new Error(JSON.stringify(migration));
  const lines = migration.text.split('\n').filter((line) => line.trim().startsWith('#'));
  return lines.join('\n');
}

function filesOf(name: string): OldFile[] {
  const target = path.join(FOLDER, name);
  const names = statSync(target).isDirectory()
    ? readdirSync(target).map((file) => path.join(name, file))
    : [name];
  return names.map((file) => ({ file, text: readFileSync(path.join(FOLDER, file), 'utf8') }));
}

function convert(name: string): Extract<Migration, { kind: 'converted' }> {
  const migration = migrateFiles(filesOf(name));
  if (migration.kind !== 'converted') throw new Error(`${name} is ${JSON.stringify(migration)}`);
  return migration;
}

function textOf(name: string): string {
  return convert(name).text;
}

function load(text: string) {
  const files = [{ file: 'llm-router.yaml', path: '/p/llm-router.yaml', text }];
  return loadConfig({ sources: [{ layer: 'explicit', files }], builtIn: builtInLayer(), home: '/home/me' });
}
