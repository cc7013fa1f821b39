import type { RouterConfig } from '../../src/config/types.js';
import { loadConfigFiles } from '../../src/config-files/load.js';
import { listPrice } from '../../src/domain/cost.js';
import type { Facts } from '../../src/domain/facts.js';
import { lookup } from '../../src/domain/lookup.js';
import { emptyRequest } from '../../src/domain/request.js';
import { NO_USAGE, type Usage } from '../../src/domain/usage.js';
import { spendingOf } from '../../src/policy/spend-limits.js';
import { resolveNames } from '../../src/routing/names.js';
import { makePlan } from '../../src/routing/plan.js';
import { preferredPair } from '../../src/routing/select.js';

/** A kind of work: how often it comes, who asks, and how large it is (log-uniform between the bounds, in tokens). */
export interface Kind {
  name: string;
  share: number;
  agent: string;
  prompt: [least: number, most: number];
  answer: [least: number, most: number];
}

/** What one kind of work cost as routed and on the preferred models, micro-USD, and how often it left them. */
export interface Outcome {
  kind: Kind;
  count: number;
  routedMicroUsd: number;
  preferredMicroUsd: number;
  switched: number;
}

/** A config file, resolved over the built-in catalogue. */
export async function loadTemplate(file: string): Promise<RouterConfig> {
  const loaded = await loadConfigFiles({ explicit: [file], env: {}, cwd: '/', home: '/' });
  if (loaded.config === null) throw new Error(loaded.diagnostics.map(({ message }) => message).join('; '));
  return loaded.config;
}

/** Plans so many requests of a mix, all tools being there, and prices both sides by the catalogue. The same seed gives the same mix. */
export function routeMix(
  config: RouterConfig,
  mix: readonly Kind[],
  given: { count: number; seed: number; ownTokens: number },
): Outcome[] {
  const random = seeded(given.seed);
  return mix.map((kind) => {
    const count = Math.round(given.count * kind.share);
    const outcome: Outcome = { kind, count, routedMicroUsd: 0, preferredMicroUsd: 0, switched: 0 };
    for (let n = 0; n < count; n++) {
      const prompt = between(kind.prompt, random());
      const usage = { ...NO_USAGE, inputTokens: prompt, outputTokens: between(kind.answer, random()) };
      // What an agent CLI sends of its own: instructions and tools, read from the cache.
      add(outcome, config, { ...usage, cacheReadTokens: given.ownTokens }, prompt);
    }
    return outcome;
  });
}

function add(outcome: Outcome, config: RouterConfig, usage: Usage, prompt: number): void {
  const request = { ...emptyRequest('/'), agent: outcome.kind.agent, prompt: 'x' };
  const names = resolveNames(config, request);
  if (!names.ok) throw new Error(`the template has no agent \`${outcome.kind.agent}\``);
  const { agent, policy } = names.value;
  const spending = spendingOf(config, { project: '', policy, agent, maxCostMicroUsd: null });
  const made = makePlan(config, factsOf(config, prompt), { request, ...names.value, spending });
  const preferred = agent === null ? null : preferredPair(config, agent);
  const [routed] = made.candidates;
  if (preferred === null || routed === undefined)
    throw new Error('the template has no place for this request');
  outcome.routedMicroUsd += priceOf(config, routed.modelName, usage);
  outcome.preferredMicroUsd += priceOf(config, preferred.model, usage);
  if (routed.modelName !== preferred.model) outcome.switched++;
}

function factsOf(config: RouterConfig, inputTokens: number): Facts {
  const there = Object.keys(config.tools).map((name) => [
    name,
    { available: true as const, path: `/bin/${name}` },
  ]);
  return {
    nowMs: 0,
    tools: Object.fromEntries(there),
    cooldowns: [],
    billing: {},
    spend: [],
    spendTrouble: null,
    inputTokens,
    mostInputTokens: inputTokens,
  };
}

function priceOf(config: RouterConfig, model: string | null, usage: Usage): number {
  const price = lookup(config.models, model)?.price ?? null;
  const cost = price === null ? null : listPrice(usage, price);
  if (cost === null) throw new Error(`\`${model}\` has no price for this usage`);
  return cost;
}

function between([least, most]: readonly [number, number], at: number): number {
  return Math.round(least * (most / least) ** at);
}

/** mulberry32: small, and the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
