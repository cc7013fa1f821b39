import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { LABELS, METRICS, type MetricDefinition } from '../../src/metrics/definitions.js';
import { samplesOf } from './exposition.js';
import { metered } from './metered.js';

const TWO = `
default_agent: writer
agents: { writer: { preferred_tool: first, fallback_chain: [second:big] } }
tools:
  first: { kind: mock, billing: api, models: [small], responses: [FIRST] }
  second: { kind: mock, billing: api, models: [big], responses: [SECOND] }
models:
  small: { provider: acme, cost_per_1m_tokens: { input: 10, output: 30 } }
  big: { provider: globex }
policies: { default: { retry: { base_delay: 1ms, max_delay: 1ms } } }
`;
const two = (first: string, second = '{ text: from second }') =>
  metered(TWO.replace('FIRST', first).replace('SECOND', second));

const USED = 'usage: { input_tokens: 1500, output_tokens: 800 }';
const fails = (type: string) => `{ failure: { type: ${type}, message: it broke } }`;

describe('the metrics of a run', () => {
  it('count an answer with its tokens and its cost', async () => {
    const { run, series } = await two(`{ text: hi, ${USED} }`);
    await run();
    expect(await series('llm_requests_total')).toEqual({
      'acme first small succeeded': 1,
      'acme first small failed': 0,
      'acme first small cancelled': 0,
    });
    expect(await series('llm_request_duration_seconds_count')).toEqual({ 'acme first small': 1 });
    expect(await series('llm_attempts_total')).toEqual({ 'first small succeeded': 1 });
    expect(await series('llm_tokens_total')).toEqual({
      'acme first small input': 1500,
      'acme first small output': 800,
    });
    expect(await series('llm_cost_usd_total')).toEqual({ 'writer acme first small computed': 0.039 });
    expect(await series('llm_errors_total')).toEqual({});
  });

  it('count a failed attempt, the fallback and the answer of the next candidate', async () => {
    const { run, series } = await two(fails('provider_error'));
    await run();
    expect(await series('llm_requests_total')).toMatchObject({ 'globex second big succeeded': 1 });
    expect(await series('llm_errors_total')).toEqual({ 'acme first small provider_error': 1 });
    expect(await series('llm_fallbacks_total')).toEqual({ 'first:small second:big provider_error': 1 });
    expect(await series('llm_attempts_total')).toEqual({
      'first small failed': 1,
      'second big succeeded': 1,
    });
  });

  it('count rate limits, and the waits for them', async () => {
    const { run, series } = await two(`${fails('rate_limit')}, { text: hi }`);
    await run({ fallback: false });
    expect(await series('llm_rate_limit_errors_total')).toEqual({ 'acme first small': 1 });
    expect(await series('llm_rate_limit_retry_delay_seconds_count')).toEqual({ '': 1 });
    expect(await series('llm_rate_limit_retry_delay_seconds_bucket')).toMatchObject({ '0.5': 1, '+Inf': 1 });
  });

  it('count a run that failed before its first attempt as one error', async () => {
    const { run, series } = await metered(`
tools: { only: { kind: mock, responses: [{ text: hi }] } }
policies: { default: { governance: { allowed_tools: [mock] } } }
`);
    await run({ tool: 'only' });
    expect(await series('llm_errors_total')).toEqual({ 'none none none not_allowed': 1 });
    expect(await series('llm_requests_total')).toMatchObject({ 'none none none failed': 1 });
  });

  it('leave out a cost that is not known', async () => {
    const { run, series } = await two(fails('provider_error'), `{ text: hi, ${USED} }`);
    await run();
    expect(await series('llm_tokens_total')).toMatchObject({ 'globex second big input': 1500 });
    expect(await series('llm_cost_usd_total')).toEqual({});
  });

  it('count no cost of a subscription whose list price is not known', async () => {
    const tool = (models: string) =>
      `tools: { t: { kind: mock, billing: subscription, ${models} responses: [{ text: hi, ${USED} }] } }`;
    const priced = await metered(
      `${tool('models: [m],')}\nmodels: { m: { cost_per_1m_tokens: { input: 1, output: 1 } } }`,
    );
    await priced.run({ tool: 't' });
    expect(await priced.series('llm_cost_usd_total')).toEqual({ 'none unknown t m computed': 0 });
    const unpriced = await metered(tool(''));
    await unpriced.run({ tool: 't' });
    expect(await unpriced.series('llm_cost_usd_total')).toEqual({});
  });

  it('are the result of `llm.metrics`, without counting reasoning twice', async () => {
    const { run, metrics } = await two(`{ text: hi, ${USED} }, ${fails('provider_error')}`);
    await run();
    await run();
    await run({ tool: 'first', model: 'small' });
    expect(await metrics.summary()).toEqual({
      total_requests: 3,
      total_tokens: 6900,
      by_provider: { acme: { requests: 3, tokens: 6900, errors: 0 } },
      errors: 0,
      governance_violations: 0,
    });
  });
});

describe('the labels', () => {
  const ANY = `
tools: { any: { kind: mock, models: ['*'], responses: [{ text: hi }] } }
policies: { default: { governance: { allowed_models: ['*'] } } }
`;

  it('name what a caller makes up `other`, however many names it tries', async () => {
    const { run, text: textNow } = await metered(ANY);
    for (let n = 0; n < 20; n++) await run({ tool: 'any', model: `made-up-${n}` });
    const text = await textNow();
    expect(text).not.toContain('made-up');
    expect(samplesOf(text).filter(({ name }) => name === 'llm_attempts_total')).toEqual([
      {
        name: 'llm_attempts_total',
        labels: { tool: 'any', model: 'other', status: 'succeeded' },
        value: 20,
      },
    ]);
    expect(text).toContain('llm_requests_total{provider="unknown",tool="any",model="other"');
  });

  it('name a refused model that is not in the config `other`', async () => {
    const { run, series } = await metered(ANY.replace("['*'] }", '[sonnet] }'));
    await run({ tool: 'any', model: 'evil"} 1' });
    await run({ tool: 'any', model: 'constructor' });
    expect(await series('llm_governance_violations_total')).toMatchObject({
      'none other': 2,
      'none opus': 0,
    });
  });

  it('name a model that only an agent or a tool refers to', async () => {
    const { run, series } = await metered(`
agents: { a: { preferred_tool: any, preferred_model: m-1, task_types: { t: 'any:m-2' }, fallback_chain: ['any:m-4'] } }
tools: { any: { kind: mock, models: ['*', m-3], responses: [{ text: hi }] } }
`);
    for (let n = 1; n <= 5; n++) await run({ tool: 'any', model: `m-${n}` });
    const models = Object.keys(await series('llm_attempts_total')).map((labels) => labels.split(' ')[1]);
    expect(models).toEqual(['m-1', 'm-2', 'm-3', 'm-4', 'other']);
  });

  it('come from a changed config in later runs, and what was counted stays', async () => {
    const { run, series, use } = await metered(ANY);
    await run({ tool: 'any', model: 'late' });
    use(`${ANY}models: { late: { provider: acme } }\n`);
    await run({ tool: 'any', model: 'late' });
    expect(await series('llm_attempts_total')).toEqual({
      'any other succeeded': 1,
      'any late succeeded': 1,
    });
  });
});

describe('a server', () => {
  it('shares no counter with another one in the same process', async () => {
    const one = await two('{ text: hi }');
    const other = await two('{ text: hi }');
    await one.run();
    expect(await other.series('llm_requests_total')).toEqual({});
    expect(await one.series('llm_requests_total')).toMatchObject({ 'acme first small succeeded': 1 });
  });

  it('shows each metric with its type, its help, and only labels that are described', async () => {
    const { run, metrics, text: textNow } = await two(`{ text: hi, ${USED} }`);
    await run();
    const text = await textNow();
    expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
    const definitions = Object.entries<MetricDefinition>(METRICS);
    for (const [name, { type, help }] of definitions)
      expect(text).toContain(`# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`);
    const used = new Set(samplesOf(text).flatMap(({ labels }) => Object.keys(labels)));
    used.delete('le');
    expect([...used].filter((label) => !(label in LABELS))).toEqual([]);
  });
});

describe('refusals', () => {
  const REFUSING = `
default_agent: writer
agents:
  writer: { preferred_tool: denied, fallback_chain: [keyless, 'ok:sonnet', 'ok:opus', later] }
tools:
  denied: { kind: mock, responses: [{ text: never }] }
  later: { kind: mock, responses: [{ text: never }] }
  keyless: { kind: http, api: openai-chat, base_url: 'https://api.example.test/v1', api_key_env: SOME_KEY, models: [sonnet] }
  ok: { kind: mock, models: [sonnet, opus], responses: [{ text: hi }] }
policies:
  default: { governance: { allowed_tools: [keyless, ok], allowed_models: [sonnet] } }
`;

  it('by governance and for want of a key are counted as the audit log has them', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'llm-refusals-'));
    const audit = {
      file: path.join(folder, 'audit.jsonl'),
      retentionDays: 90,
      now: Date.now,
      warn: () => {},
    };
    const { run, series } = await metered(REFUSING, { audit, env: {} });
    for (let n = 0; n < 3; n++) expect((await run()).tool).toBe('ok');
    const lines = readFileSync(audit.file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    rmSync(folder, { recursive: true, force: true });
    const count = (event: string) => lines.filter(({ audit_event }) => audit_event === event).length;
    // What comes after the answer was not needed.
    expect(counted(await series('llm_governance_violations_total'))).toEqual({
      'writer none': count('governance_violation'),
    });
    expect(counted(await series('llm_missing_key_total'))).toEqual({ keyless: count('missing_api_key') });
    expect([count('governance_violation'), count('missing_api_key')]).toEqual([3, 3]);
  });

  it('that may happen are shown at 0 before they do', async () => {
    const { series } = await metered(`
agents: { free: { preferred_tool: ok }, bound: { preferred_tool: ok, policy: strict } }
tools: { ok: { kind: mock, models: [sonnet, opus], responses: [{ text: hi }] } }
policies: { strict: { governance: { denied_models: [opus, haiku] } } }
`);
    expect(await series('llm_governance_violations_total')).toEqual({ 'bound opus': 0, 'bound haiku': 0 });
    expect(await series('llm_missing_key_total')).toMatchObject({ ok: 0 });
  });
});

/** What is not 0. */
function counted(series: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(series).filter(([, value]) => value !== 0));
}
