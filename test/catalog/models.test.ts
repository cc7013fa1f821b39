import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { builtInLayer } from '../../src/catalog/catalog.js';
import { at, entriesOf } from '../../src/config/tree.js';
import type { ModelConfig } from '../../src/config/types.js';
import { attemptCost, toUsd } from '../../src/domain/cost.js';
import { lookup } from '../../src/domain/lookup.js';
import { NO_USAGE } from '../../src/domain/usage.js';
import { ROOT } from '../architecture/imports.js';
import { configOf } from '../rig/config.js';
import { rigged } from '../rig/rig.js';

const CATALOGUE = builtInLayer().value;
const CONFIG = configOf('');
const TOOLS = Object.values(CONFIG.tools);
const MODELS = Object.values(CONFIG.models);
const YAML = readFileSync(path.join(ROOT, 'templates/models.yaml'), 'utf8');

describe('the catalogue of models', () => {
  it('holds every model that a built-in tool lists', () => {
    const listed = TOOLS.flatMap(({ name, models }) => models.map(({ value }) => ({ name, value })));
    expect(listed.length).toBeGreaterThan(10);
    const missing = listed.filter(({ value }) => value !== '*' && lookup(CONFIG.models, value) === null);
    // The mock has no real model.
    expect(missing).toEqual([{ name: 'mock', value: 'mock' }]);
  });

  it('holds every model of the tiers', () => {
    const named = Object.values(CONFIG.tiers).flat();
    expect(named.filter(({ value }) => lookup(CONFIG.models, value) === null)).toEqual([]);
  });

  it('dates every price, and no model without a price', () => {
    const dated = (key: string) => entriesOf(CATALOGUE.models).filter(([, model]) => at(model, [key]));
    const priced = dated('cost_per_1m_tokens').map(([name]) => name);
    expect(priced.length).toBeGreaterThan(5);
    expect(dated('priced_at').map(([name]) => name)).toEqual(priced);
    for (const [, model] of dated('priced_at'))
      expect(new Date(String(at(model, ['priced_at']))).toISOString()).toMatch(/^20[2-9]\d-/);
  });

  it('names a source in the comment above every section with prices', () => {
    const sections = YAML.split(/^ {2}# --- /m).slice(1);
    const priced = sections.filter((section) => section.includes('cost_per_1m_tokens:'));
    expect(priced.length).toBeGreaterThanOrEqual(3);
    const heads = priced.map((section) => section.split('\n').filter((line) => !/^ {4}|^ {2}\w/.test(line)));
    expect(heads.filter((lines) => !/https:\/\//.test(lines.join('\n')))).toEqual([]);
    expect(YAML.split(/^ {2}# --- /m)[0]).not.toContain('cost_per_1m_tokens:');
  });

  it.each(TOOLS.map(({ name }) => name))('has no two models with the same id for %s', (tool) => {
    const ids = MODELS.map((model) => lookup(model.ids, tool) ?? model.id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  it('names in `ids` only tools that exist', () => {
    const named = MODELS.flatMap(({ ids }) => Object.keys(ids));
    expect(named.filter((tool) => lookup(CONFIG.tools, tool) === null)).toEqual([]);
  });
});

const USED = { input_tokens: 1000, cached_input_tokens: 400, output_tokens: 50 };

/** An answer as Codex writes it: with tokens, without a cost. */
const ANSWER = [
  { type: 'item.completed', item: { type: 'agent_message', text: 'ok' } },
  { type: 'turn.completed', usage: USED },
]
  .map((event) => `${JSON.stringify(event)}\n`)
  .join('');

describe('the price of a run', () => {
  it.each(['gpt-6.1-sol', 'gpt-6-luna', 'gpt-5-codex'])('is known for %s', async (name) => {
    const model = lookup(CONFIG.models, name);
    const wanted = costOf(model);
    expect(wanted).toBeGreaterThan(0);
    expect(await costOfRun(name)).toMatchObject({ usd: wanted, list_usd: wanted, basis: 'computed' });
  });

  it.each(['gpt-6.1-sol-mini', 'gpt-6.1-so', 'GPT-6.1-SOL', 'gpt-6.1-sol-2026-11-01', 'gpt-6.2-sol'])(
    'is unknown for %s: only the exact name has a price',
    async (name) => {
      expect(await costOfRun(name)).toMatchObject({ usd: null, list_usd: null, basis: 'unknown' });
    },
  );
});

function costOf(model: ModelConfig | null): number | null {
  const usage = { ...NO_USAGE, inputTokens: 600, cacheReadTokens: 400, outputTokens: 50 };
  const price = model?.price ?? null;
  const { chargedMicroUsd } = attemptCost({ reportedMicroUsd: null, usage, price, billing: 'api' });
  return chargedMicroUsd === null ? null : toUsd(chargedMicroUsd);
}

/** The cost of a run of a fake Codex with an API key, as the built command reports it. */
async function costOfRun(model: string): Promise<unknown> {
  let cost: unknown = null;
  await rigged(async (rig) => {
    rig.script('codex', [{ stdout: ANSWER }]);
    const env = { CODEX_API_KEY: 'a-key-of-a-test' };
    const result = await rig.run(['exec', '--tool', 'codex', '--model', model, '--json', 'hi'], { env });
    expect(result.json()).toMatchObject({ status: 'succeeded', model });
    cost = result.json().cost;
  })();
  return cost;
}
