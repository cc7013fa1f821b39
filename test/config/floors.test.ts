import { describe, expect, it } from '@jest/globals';
import { builtInLayer } from '../../src/catalog/catalog.js';
import { shownConfig, shownOrigins } from '../../src/config/show.js';
import { at } from '../../src/config/tree.js';
import { type LayerFiles, loadConfig } from '../../src/lint/load.js';

const OWN = '/home/me/.config/llm-router/limits.yaml';

describe('the limits of the own config of a user, against those of a project', () => {
  it.each([
    ['a lower number', 'max_depth: 2', 'max_depth: 9', { max_depth: 2 }],
    ['a stricter number of the project', 'max_depth: 4', 'max_depth: 1', { max_depth: 1 }],
    [
      'a flag',
      'privacy: {log_prompts: false}',
      'privacy: {log_prompts: true}',
      { privacy: { log_prompts: false } },
    ],
    [
      'what is denied',
      'governance: {denied_tools: [codex], denied_models: ["*opus*"]}',
      'governance: {denied_tools: [], denied_models: [haiku]}',
      { governance: { denied_tools: ['codex'], denied_models: ['*opus*', 'haiku'] } },
    ],
    [
      'what is allowed',
      'governance: {allowed_tools: [claude-code, "my-*"], allowed_models: ["claude-*", haiku]}',
      'governance: {allowed_tools: ["*"], allowed_models: ["claude-opus*", "*haiku", gpt-5]}',
      {
        governance: {
          allowed_tools: ['claude-code', 'my-*'],
          allowed_models: ['claude-opus*', 'haiku'],
        },
      },
    ],
    [
      'patterns to mask',
      "privacy: {redact: ['ACME-[0-9]+']}",
      "privacy: {redact: ['PROJ-[0-9]+']}",
      { privacy: { redact: ['ACME-[0-9]+', 'PROJ-[0-9]+'] } },
    ],
    [
      'a budget that is one entry',
      'budget: {daily_usd: 1, limit: {type: hard}}',
      'budget: {daily_usd: 1000, limit: {type: soft}}',
      {
        budget: [
          { daily_usd: 1, limit: { type: 'hard' } },
          { daily_usd: 1000, limit: { type: 'soft' } },
        ],
      },
    ],
    ['budgets that are a list', 'budget: [{daily_usd: 1}]', 'budget: []', { budget: [{ daily_usd: 1 }] }],
    [
      'a threshold for justifications',
      'require_justification_over_usd: 1',
      'require_justification_over_usd: 500',
      { require_justification_over_usd: 1 },
    ],
    [
      'attempts',
      'retry: {max_attempts: 2, after_side_effects: false}',
      'retry: {max_attempts: 99, after_side_effects: true}',
      { retry: { max_attempts: 2, after_side_effects: false } },
    ],
  ])('keep %s', (_, own, project, policy) => {
    const { value } = load(`policies: {default: {${own}}}`, `policies: {default: {${project}}}`);
    expect(at(value, ['policies', 'default'])).toEqual(policy);
  });

  it('hold in the entries of agents, tools and models', () => {
    const { value, config } = load(
      `agents: {a: {preferred_tool: b, access: read, timeout: 5m, max_cost_usd: 1, policy: strict}}
policies: {strict: {max_depth: 1}}
tools: {b: {binary: b, args: [], models: [m], billing: api, concurrency: 1, env_unset: [KEY], env_inherit: [PATH, "LC_*"], private_tmp: true}}
models: {m: {cost_per_1m_tokens: {input: 3, output: 15}}}`,
      `agents: {a: {access: full, timeout: 10h, max_cost_usd: 500, policy: default}}
tools: {b: {billing: free, concurrency: 50, env_unset: [], env_inherit: all, private_tmp: false}}
models: {m: {cost_per_1m_tokens: {input: 0, output: 0}}}`,
    );
    expect(at(value, ['agents', 'a'])).toEqual({
      ...{ preferred_tool: 'b', access: 'read', timeout: '5m', max_cost_usd: 1, policy: 'strict' },
    });
    expect(at(value, ['tools', 'b'])).toEqual({
      ...{ binary: 'b', args: [], models: ['m'], billing: 'api', concurrency: 1, env_unset: ['KEY'] },
      ...{ env_inherit: ['PATH', 'LC_*'], private_tmp: true },
    });
    expect(at(value, ['models', 'm', 'cost_per_1m_tokens'])).toEqual({ input: 3, output: 15 });
    expect(config?.agents.a?.timeoutMs).toBe(300_000);
  });

  it('hold in policies that the project adds, and in those of the user that its agents name', () => {
    const own =
      'policies: {default: {max_depth: 2, governance: {denied_tools: [codex]}}, mine: {max_depth: 8}}';
    const added = load(own, 'policies: {loose: {max_depth: 50, governance: {denied_tools: []}}}');
    expect(added.config?.policies.loose).toMatchObject({
      maxDepth: 2,
      governance: { deniedTools: [{ value: 'codex', at: `${OWN}:1:64` }] },
    });
    expect(added.config?.policies.mine?.maxDepth).toBe(8);
    const named = load(own, 'agents: {a: {policy: mine}}');
    expect(named.config?.policies.mine?.maxDepth).toBe(2);
  });

  it('count the budgets of the user in the ledger of the user', () => {
    const own = 'policies: {default: {budget: {daily_usd: 1}}}';
    expect(load(own, 'ledger: {path: other.db}').config?.ledger.path).toBeNull();
    expect(load('traces: {}', 'ledger: {path: other.db}').config?.ledger.path?.value).toBe('/p/other.db');
    expect(load('ledger: {path: mine.db}', 'ledger: {path: other.db}').config?.ledger.path?.value).toBe(
      '/home/me/.config/llm-router/mine.db',
    );
  });

  it('are no limit where only the defaults say so', () => {
    const { value, findings } = load('traces: {retention_days: 5}', 'policies: {default: {max_depth: 9}}');
    expect(at(value, ['policies', 'default', 'max_depth'])).toBe(9);
    expect(findings).toEqual([]);
  });

  it('are named beside what was asked for, as a finding and as an origin', () => {
    const loaded = load(
      'policies: {default: {max_depth: 2, governance: {denied_tools: [codex]}}}',
      'policies: {default: {max_depth: 9, governance: {denied_tools: [gemini]}}}',
    );
    expect(loaded.findings).toEqual([
      {
        at: 'llm-router.yaml:2:33',
        severity: 'info',
        message: '`max_depth` of policy `default` would be `9`, but your own config holds it at `2`',
        related: `${OWN}:1:33`,
      },
      {
        at: 'llm-router.yaml:2:63',
        severity: 'info',
        message:
          '`governance.denied_tools` of policy `default` would be `[gemini]`; with that of your own config it is `[codex, gemini]`',
        related: `${OWN}:1:63`,
      },
    ]);
    const origins = shownOrigins(shownConfig(loaded.merged, []), ['policies', 'default']);
    expect(origins['policies.default.max_depth']).toBe(`${OWN}:1:33, over llm-router.yaml:2:33`);
    expect(origins['policies.default.governance.denied_tools']).toBe(`${OWN}:1:63 and llm-router.yaml:2:63`);
  });
});

describe('the limits of the own config of a user, against a config that is named', () => {
  it('hold, and nothing else of it does', () => {
    const own = `agents: {mine: {access: full}}
policies: {default: {max_depth: 2, budget: {daily_usd: 1, limit: {type: hard}}}, strict: {max_depth: 1}}
tools: {codex: {concurrency: 1, models: [x]}, gone: {binary: gone, timeout: 1m}}`;
    const { config, findings } = load(own, 'agents: {a: {}}', 'explicit');
    expect(config?.policies.default).toMatchObject({
      maxDepth: 2,
      budgets: [{ dailyMicroUsd: { value: 1_000_000 }, isHard: true }],
    });
    expect(config?.tools.codex?.concurrency?.value).toBe(1);
    expect(config?.tools.codex?.models.map(({ value }) => value)).not.toContain('x');
    expect(Object.keys(config?.agents ?? {})).toEqual(['a']);
    expect(Object.keys(config?.policies ?? {})).toEqual(['default']);
    expect(config?.tools.gone).toBeUndefined();
    expect(config?.files).toEqual(['llm-router.yaml']);
    expect(findings).toEqual([]);
  });

  it('are checked before they hold', () => {
    const { config, all } = load(
      "policies: {default: {privacy: {redact: ['(']}}}",
      'agents: {a: {}}',
      'explicit',
    );
    expect(config).toBeNull();
    expect(all).toEqual([`config/invalid-regex ${OWN}`]);
  });

  it('skip what a tool of another kind does not have', () => {
    const { config } = load(
      'tools: {t: {binary: t, private_tmp: true, concurrency: 2}}',
      'tools: {t: {kind: mock, responses: [{text: hi}]}}',
      'explicit',
    );
    expect(config?.tools.t).toMatchObject({ kind: 'mock', concurrency: { value: 2 } });
  });
});

function load(own: string, other: string, name: 'project' | 'explicit' = 'project') {
  const user: LayerFiles = { layer: 'user', files: [{ file: OWN, path: OWN, text: own }] };
  const files = [{ file: 'llm-router.yaml', path: '/p/llm-router.yaml', text: `version: 1\n${other}` }];
  const loaded = loadConfig({
    sources: name === 'project' ? [user, { layer: name, files }] : [{ layer: name, files }],
    own: name === 'project' ? null : user,
    builtIn: builtInLayer(),
    home: '/home/me',
  });
  const limits = loaded.diagnostics.filter(({ code }) => code === 'config/own-limit');
  const placed = (one: { place: { file: string; line: number; column: number } | null }) =>
    one.place === null ? null : `${one.place.file}:${one.place.line}:${one.place.column}`;
  return {
    ...loaded,
    value: loaded.merged.value,
    all: loaded.diagnostics.map(({ code, place }) => `${code} ${place?.file}`),
    findings: limits.map((one) => ({
      at: placed(one),
      severity: one.severity,
      message: one.message,
      related: one.related.map(placed).join(),
    })),
  };
}
