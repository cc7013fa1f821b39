import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { billingOf } from '../../src/adapters/billing.js';
import { type Layer, layerOf, mergeLayers } from '../../src/config/layers.js';
import { resolveConfig } from '../../src/config/resolve.js';
import { parseSource } from '../../src/config/source.js';
import type { RouterConfig } from '../../src/config/types.js';
import { type Diagnostic, formatPlace } from '../../src/diagnostics/diagnostic.js';
import type { Facts } from '../../src/domain/facts.js';
import { emptyRequest, type Request } from '../../src/domain/request.js';
import { loadConfig } from '../../src/lint/load.js';
import { limitsAt, windowsOf } from '../../src/policy/spend-limits.js';
import { makePlan } from '../../src/routing/plan.js';
import { type Choice, type Pair, selectChoices } from '../../src/routing/select.js';
import { resolved } from '../rig/resolved.js';
import { IS_SOAK } from '../soak.js';

const NO_TOOLS: Layer = layerOf('built-in', []).layer;
const FILE = 'llm-router.yaml';
const WITH_KEY = { BOT_KEY: 'dummy' };

/** Keys of one map, some of them left out. */
function map(keys: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Record<string, unknown>> {
  return fc.record(keys, { requiredKeys: [] });
}

const names = (...choices: string[]) => fc.uniqueArray(fc.constantFrom(...choices), { maxLength: 2 });
const models = names('priced', 'endless', 'unpriced');
const someModels = fc.uniqueArray(fc.constantFrom('priced', 'endless', 'unpriced'), { minLength: 1 });
const billing = fc.constantFrom('auto', 'api', 'subscription', 'free');

const tools = fc.record({
  bot: map({ models, billing, api_key_env: fc.constant('BOT_KEY') }).map((tool) => ({
    binary: 'bot',
    args: [],
    ...tool,
  })),
  // Without a model a run of an API is refused before its policy is checked.
  web: map({ billing })
    .chain((tool) => someModels.map((models) => ({ ...tool, models })))
    .map((tool) => ({
      kind: 'http',
      api: 'openai-chat',
      base_url: 'http://localhost:1',
      ...tool,
    })),
  fake: map({ models, billing }).map((tool) => ({ kind: 'mock', responses: [{ text: 'hi' }], ...tool })),
});

const budget = map({ per_request_usd: fc.constantFrom(0.1, 2), daily_usd: fc.constantFrom(0.01, 1) }).map(
  (limits) => ({ monthly_usd: 5, ...limits, limit: { type: 'hard' } }),
);

const policy = map({
  governance: map({
    allowed_tools: names('bot', 'web', 'fake', '*'),
    denied_tools: names('web', 'f*'),
    allowed_models: names('priced', '*'),
    denied_models: names('endless', 'un*'),
  }),
  budget,
});

const config = fc.record({
  version: fc.constant(1),
  agents: fc.record({
    worker: map({
      preferred_tool: fc.constantFrom('bot', 'web', 'fake'),
      preferred_model: fc.constantFrom('priced', 'endless', 'unpriced'),
      fallback_chain: fc.uniqueArray(
        fc.constantFrom('bot', 'web', 'fake', 'priced', 'web:endless', 'bot:unpriced'),
        { maxLength: 3 },
      ),
      policy: fc.constant('strict'),
      max_cost_usd: fc.constantFrom(0.005, 0.5, 3),
    }),
  }),
  tools,
  models: fc.constant({
    priced: { max_output_tokens: 10_000, cost_per_1m_tokens: { input: 1, output: 5 } },
    endless: { cost_per_1m_tokens: { input: 1, output: 5 } },
    unpriced: { max_output_tokens: 10_000 },
  }),
  policies: fc.record({ default: policy, strict: policy }),
});

it('reports exactly the candidates that a run refuses by its policy or budget', () => {
  fc.assert(
    fc.property(config, fc.constantFrom({}, WITH_KEY), (value, env) => {
      const text = JSON.stringify(value, null, 1);
      const found = findings(text, env);
      const resolved = resolve(text);
      expect(reportedByPolicy(found)).toEqual(refusedByPolicy(resolved));
      const here = refusedByBudget(resolved, env);
      const anywhere = [...here, ...refusedByBudget(resolved, WITH_KEY)];
      const having = (code: string) => found.filter((one) => one.code === `config/${code}`);
      expect(having('missing-price').length > 0).toBe(anywhere.includes('missing_price'));
      expect(having('missing-cost-cap').length > 0).toBe(anywhere.includes('missing_cap'));
      const isError = having('missing-cost-cap').some(({ severity }) => severity === 'error');
      expect(isError && !here.includes('missing_cap')).toBe(false);
      const isOver = having('budget-conflict').some((one) => isOfAgent(text, one));
      // Lint reports a limit that is too low even when the price is missing, which a run reports first.
      expect(isOver || !anywhere.includes('over_limit')).toBe(true);
      expect(isOver && anywhere.length === 0).toBe(false);
    }),
    { numRuns: IS_SOAK ? 1500 : 25 },
  );
});

function findings(text: string, env: Record<string, string>): Diagnostic[] {
  const files = [{ file: FILE, path: `/p/${FILE}`, text }];
  return loadConfig({ sources: [{ layer: 'project', files }], builtIn: NO_TOOLS, home: '/h', env })
    .diagnostics;
}

/** The resolved config, ignoring findings. */
function resolve(text: string): RouterConfig {
  const { source } = parseSource({ file: FILE, text });
  const { layer } = layerOf('project', source === null ? [] : [source]);
  return resolveConfig(mergeLayers([NO_TOOLS, layer]), { home: '/h', pathOf: (file) => file });
}

/** The choices of the agent that the policy refuses, of every pair that its tool offers. */
function refusedByPolicy(config: RouterConfig): string[] {
  return choicesOf(config)
    .filter((pairs) => {
      const reasons = pairs.map((pair) => rejectionOf(config, pair, {})?.reason ?? null);
      const offered = reasons.filter((reason) => reason !== 'model_not_found');
      return offered.length > 0 && offered.every((reason) => reason === 'not_allowed');
    })
    .map(([pair]) => (isPreferred(pair) ? 'preferred' : (pair?.at ?? '')))
    .sort();
}

/** The same choices as the rules report them. */
function reportedByPolicy(found: readonly Diagnostic[]): string[] {
  return found
    .filter(({ code }) => code.endsWith('-not-allowed'))
    .map(({ code, place }) =>
      code === 'config/preferred-not-allowed' || place === null ? 'preferred' : formatPlace(place),
    )
    .sort();
}

/** Reasons for which budgets refuse pairs of the agent before anything is spent. */
function refusedByBudget(config: RouterConfig, env: Record<string, string>): string[] {
  return choicesOf(config)
    .flat()
    .flatMap((pair) => {
      const rejected = rejectionOf(config, pair, env);
      return rejected?.reason === 'budget_exceeded' ? [(rejected as { why?: string }).why ?? ''] : [];
    });
}

function choicesOf(config: RouterConfig): Choice[] {
  const request = { ...emptyRequest('/'), agent: 'worker' };
  const choices = selectChoices({ config, facts: factsOf(config, {}), ...resolved(config, request) });
  return choices.filter(([pair]) => isPreferred(pair) || pair?.because[0]?.rule === 'fallback');
}

function isPreferred(pair: Pair | undefined): boolean {
  return pair?.because[0]?.rule === 'preferred';
}

/** Reason for which a run of exactly this pair is refused; `null`: it would start. */
function rejectionOf(config: RouterConfig, { tool, model }: Pair, env: Record<string, string>) {
  if (tool === null) return { reason: 'model_not_found' };
  const request: Request = { ...emptyRequest('/'), agent: 'worker', tool, model };
  const { worker } = config.agents;
  if (worker === undefined) throw new Error('the config has no such agent');
  // The agent's preferred model would fill in for a pair without a model.
  const agents = { worker: { ...worker, preferredTool: null, preferredModel: null } };
  const known = { ...config, agents };
  const plan = makePlan(known, factsOf(config, env), resolved(known, request));
  return plan.rejected[0]?.names ?? null;
}

/** Facts in which every tool can run, and nothing was spent. */
function factsOf(config: RouterConfig, env: Record<string, string>): Facts {
  const tools = Object.values(config.tools);
  const { spending } = resolved(config, { ...emptyRequest('/'), agent: 'worker' });
  return {
    nowMs: 0,
    tools: Object.fromEntries(tools.map(({ name }) => [name, { available: true, path: null }])),
    cooldowns: [],
    billing: Object.fromEntries(
      tools.map((tool) => [tool.name, billingOf(tool, { models: config.models, env })]),
    ),
    spend: windowsOf(limitsAt(spending, 0), []),
    spendTrouble: null,
    inputTokens: 0,
    mostInputTokens: 0,
  };
}

/** Whether a finding is about an agent; policies come later in the text. */
function isOfAgent(text: string, { place }: Diagnostic): boolean {
  const policies = text.split('\n').findIndex((line) => line.startsWith(' "policies"'));
  return place !== null && place.line <= policies;
}
