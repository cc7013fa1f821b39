import { describe, expect, it } from '@jest/globals';
import type { CommandTool, MockTool, RouterConfig } from '../../src/config/types.js';
import { codes, load } from './support.js';

describe('loadConfig', () => {
  it('without any file gives the built-in catalogue', () => {
    const { config, diagnostics } = load({});
    expect(diagnostics).toEqual([]);
    expect(config).toMatchObject({
      files: [],
      defaultAgent: null,
      agents: {},
      traces: { enabled: true, dir: null },
    });
    expect(Object.keys(config?.tools ?? {})).toEqual(['claude-code', 'codex', 'ollama', 'mock']);
  });

  it('fills in every default', () => {
    const config = valid(
      'version: 1\nagents: {a: }\ntools: {t: {binary: t, args: [run]}, m: {kind: mock, responses: [{}]}}',
    );
    expect(config.agents.a).toEqual({
      name: 'a',
      description: null,
      at: 'llm-router.yaml:2:10',
      preferredTool: null,
      preferredModel: null,
      system: null,
      systemFile: null,
      fallbackChain: [],
      taskTypes: {},
      policy: { value: 'default', at: null },
      access: { value: 'read', at: null },
      effort: null,
      isolate: 'none',
      timeoutMs: null,
      idleTimeoutMs: null,
      maxTokens: null,
      maxCostMicroUsd: null,
      schema: null,
      temperature: null,
    });
    expect(config.tools.t).toMatchObject({
      kind: 'command',
      builtIn: false,
      at: 'llm-router.yaml:3:9',
      binary: { value: 't', at: 'llm-router.yaml:3:21' },
      argv: [{ argument: [{ literal: 'run' }] }],
      accessArgs: null,
      prompt: 'stdin',
      failures: [],
      okExitCodes: [0],
      allowEmpty: false,
      envInherit: 'all',
      apiKeyEnv: [],
      privateTmp: false,
      billing: 'auto',
      version: null,
      timeoutMs: 900_000,
      idleTimeoutMs: 300_000,
      graceMs: 5000,
      maxOutputBytes: 64 * 1024 ** 2,
      output: { format: 'text', from: 'stdout', text: [], success: null, end: null, atExit: false },
    });
    expect((config.tools.m as MockTool).responses).toEqual([
      { text: '', deltas: null, delayMs: 0, usage: null, finishReason: 'stop', failure: null },
    ]);
    expect(config.policies).toEqual({
      default: {
        name: 'default',
        at: null,
        gateway: 'auto',
        budgets: [],
        failOpen: { upToMicroUsd: null },
        recovery: {
          snapshot: 'auto',
          afterFailure: 'stop',
          includeIgnored: [],
          maxNewDataBytes: 1024 ** 3,
          resumeAtReset: false,
          maxWaitMs: 12 * 3_600_000,
        },
        requireJustificationOverMicroUsd: null,
        costOptimization: { simpleTaskThresholdTokens: null, simpleTaskModels: [], complexTaskModels: [] },
        governance: {
          allowedModels: [{ value: '*', at: null }],
          deniedModels: [],
          allowedTools: [{ value: '*', at: null }],
          deniedTools: [],
          providerPreference: [],
        },
        retry: {
          maxRetries: 3,
          maxAttempts: 6,
          baseDelayMs: 1000,
          multiplier: 2,
          maxDelayMs: 32_000,
          jitter: true,
          retryOnContractViolation: false,
          afterSideEffects: false,
          perFailure: { rate_limit: { maxRetries: 5 } },
        },
        autoFallbackOnRateLimit: true,
        cooldown: { afterFailures: 3, withinMs: 60_000, forMs: 60_000 },
        maxChildren: { atOnce: null, inAll: null },
        maxDepth: 4,
        privacy: { logPrompts: false, redact: [] },
      },
    });
  });

  it('lets a policy override single failures of `default`', () => {
    const config = valid(
      'version: 1\npolicies:\n  default:\n    retry: {max_retries: 1, per_failure: {quota: {max_delay: 2m}}}\n' +
        '  patient:\n    retry: {max_delay: 1m, per_failure: {quota: {max_retries: 9}, timeout: {base_delay: 3s}}}\n',
    );
    expect(config.policies.patient?.retry).toMatchObject({
      maxRetries: 1,
      maxDelayMs: 60_000,
      perFailure: {
        quota: { maxRetries: 9, maxDelayMs: 120_000 },
        timeout: { baseDelayMs: 3000 },
        rate_limit: { maxRetries: 1 },
      },
    });
  });

  it.each([
    ['default: {retry: {base_delay: 2s}}', 5],
    ['default: {retry: {max_retries: 0}}', 0],
    ['default: {retry: {max_retries: 0, per_failure: {rate_limit: {max_retries: 7}}}}', 7],
    ['default: {retry: {max_retries: 0}}, own: {retry: {max_retries: 2}}', 2],
    ['default: {}, own: {retry: {per_failure: {rate_limit: {base_delay: 2s}}}}', 5],
  ])('retries rate limits as often as the policy says, else five times: {%s}', (policies, retries) => {
    const config = valid(`version: 1\npolicies: {${policies}}\n`);
    const policy = config.policies.own ?? config.policies.default;
    expect(policy?.retry.perFailure.rate_limit?.maxRetries).toBe(retries);
  });

  it('lets a policy inherit from `default` what it does not state', () => {
    const config = valid(
      'version: 1\npolicies:\n  default:\n    privacy: {log_prompts: true, redact: [a]}\n    governance: {denied_models: [opus]}\n' +
        '  strict:\n    privacy: {log_prompts: false}\n    cost_optimization: {simple_task_threshold_tokens: 9}\n',
    );
    expect(config.policies.strict).toMatchObject({
      name: 'strict',
      at: 'llm-router.yaml:6:3',
      costOptimization: { simpleTaskThresholdTokens: { value: 9, at: 'llm-router.yaml:8:55' } },
      governance: { deniedModels: [{ value: 'opus', at: 'llm-router.yaml:5:34' }] },
      privacy: { logPrompts: false, redact: [{ value: 'a', at: 'llm-router.yaml:4:43' }] },
    });
  });

  it('resolves paths from the folder of the file that wrote them', () => {
    const project =
      'version: 1\nagents: {a: {system_file: ../s.md}}\ntools: {t: {binary: ./bin/t, args: []}, u: {binary: u, args: []}}\n';
    const user = 'traces: {dir: traces}\nagents: {b: {system_file: ~/b.md}, c: {system_file: /abs/c.md}}\n';
    const { config } = load({ 'sub/llm-router.yaml': project }, user);
    expect(config?.agents.a?.systemFile?.value).toBe('/p/s.md');
    expect(config?.agents.b?.systemFile?.value).toBe('/home/me/b.md');
    expect(config?.agents.c?.systemFile?.value).toBe('/abs/c.md');
    expect((config?.tools.t as CommandTool | undefined)?.binary.value).toBe('/p/sub/bin/t');
    expect((config?.tools.u as CommandTool | undefined)?.binary.value).toBe('u');
    expect(config?.traces.dir).toEqual({ value: '/u/traces', at: '/u/llm-router.yaml:1:15' });
  });

  it("puts the user's own tools first and changes built-in ones by field", () => {
    const config = valid(
      'version: 1\ntools: {codex: {env_unset: [X]}, zed: {binary: z, args: []}, abc: {binary: a, args: []}}',
    );
    expect(Object.keys(config.tools)).toEqual(['zed', 'abc', 'claude-code', 'codex', 'ollama', 'mock']);
    expect(config.tools.codex).toMatchObject({ builtIn: true, envUnset: ['X'], binary: { value: 'codex' } });
  });

  it.each([
    ['args: [--, "{prompt}"]', 'argument'],
    ['command_template: "{binary} -f {prompt_file}"', 'file'],
    ['args: [x, "{prompt_file}"], prompt: stdin', 'stdin'],
    ['args: [x]', 'stdin'],
  ])('with %s the prompt goes in by %s', (keys, way) => {
    const config = valid(`version: 1\ntools: {t: {binary: t, ${keys}}}`);
    expect((config.tools.t as CommandTool).prompt).toBe(way);
  });

  it('has no idle timeout for a tool that prints at its end, unless configured', () => {
    const config = valid(
      'version: 1\ntools:\n  t: {binary: t, args: [], output: {at_exit: true}}\n  u: {binary: u, args: [], output: {at_exit: true}, idle_timeout: 1m}\n',
    );
    expect((config.tools.t as CommandTool).idleTimeoutMs).toBeNull();
    expect((config.tools.u as CommandTool).idleTimeoutMs).toBe(60_000);
  });

  it('reads every form of selector', () => {
    const config = valid(`version: 1
tools:
  t:
    binary: t
    args: []
    output:
      from: output_file
      text: [/a, { pointer: /b, from: stderr, take: first, event: { /t: x }, after: { /s: null } }]
      activity: { keys: /k }
      cost_usd: { regex: '(x)', group: '1', take: sum }
      finish_reason: { select: /f, map: { end: stop } }
`);
    const numbers = { isZeroUnknown: false, unit: null, minus: [] };
    const base = { from: 'output_file', event: null, take: 'last', numbers };
    expect((config.tools.t as CommandTool).output).toMatchObject({
      text: [
        { kind: 'pointer', pointer: '/a', after: null, ...base },
        {
          kind: 'pointer',
          pointer: '/b',
          from: 'stderr',
          take: 'first',
          event: { '/t': 'x' },
          after: { '/s': null },
        },
      ],
      activity: [{ kind: 'keys', pointer: '/k', ...base }],
      costUsd: [{ kind: 'regex', regex: '(x)', group: '1', from: 'output_file', take: 'sum' }],
      finishReason: [{ kind: 'pointer', pointer: '/f' }],
      finishReasonMap: { end: 'stop' },
    });
  });

  it('needs `version` once in all layers', () => {
    expect(codes(load('agents: {}', 'version: 1'))).toEqual([]);
    expect(codes(load('agents: {}', 'tools: {}'))).toEqual(['config/missing-key@1:1']);
  });

  it('does not resolve names to properties that every object inherits', () => {
    const config = valid('version: 1\nagents: {a: {}}');
    expect([config.agents.constructor, config.tools.toString, config.models.hasOwnProperty]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('gives no config when there is an error, and one when there are only warnings', () => {
    expect(load('version: 1\nagents: {a: {policy: x}}').config).toBeNull();
    const warned = load('version: 1\nagents: {a: {preferred_tool: ollama, preferred_model: phi4}}');
    expect(codes(warned)).toEqual(['config/uncatalogued-model@2:55']);
    expect(warned.config?.agents.a?.preferredModel?.value).toBe('phi4');
  });

  it('does not check names while a file is broken', () => {
    const texts = { a: 'version: 1\nagents: {r: {preferred_tool: bot}}', b: 'tools: {bot: [' };
    expect(load(texts).diagnostics.map((one) => one.code)).toEqual(['config/yaml-syntax']);
  });

  it('keeps the texts of its places, without byte order mark', () => {
    expect([...load('\uFEFFversion: 1').sources]).toEqual([['llm-router.yaml', 'version: 1']]);
  });
});

function valid(text: string): RouterConfig {
  const { config, diagnostics } = load(text);
  expect(diagnostics).toEqual([]);
  if (config === null) throw new Error('the config has errors');
  return config;
}
