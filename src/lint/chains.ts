import type { Merged } from '../config/layers.js';
import type { Path } from '../config/tree.js';
import type { AgentConfig, PolicyConfig, RouterConfig, ToolConfig } from '../config/types.js';
import type { Facts } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import { emptyRequest } from '../domain/request.js';
import { isKnownModel, policyOf } from '../routing/names.js';
import { type Choice, selectChoices } from '../routing/select.js';
import { itemPath } from './item-path.js';

/** A tool and a model that would run together; `null`: a tool without models. */
export interface ToolAndModel {
  tool: ToolConfig;
  model: string | null;
}

/** One choice of a run: what the agent prefers, or an entry of its fallback chain. */
export interface AgentChoice {
  agent: AgentConfig;
  policy: PolicyConfig;
  role: 'preferred' | 'fallback';
  /** Where it is written. */
  path: Path;
  /** Where its model is written, when that is another place. */
  modelPath: Path;
  /** As written; `null` for what is preferred. */
  text: string | null;
  /** The first usable of these is taken; empty: no tool lists the model. */
  pairs: readonly ToolAndModel[];
}

/** What a run of an agent would try, in order; entries with unknown names are left out. */
export interface AgentChain {
  agent: AgentConfig;
  policy: PolicyConfig;
  choices: readonly AgentChoice[];
}

/** Facts of a machine where every tool can run and nothing was spent. */
export const IDEAL_FACTS: Facts = {
  nowMs: 0,
  tools: {},
  cooldowns: [],
  billing: {},
  spend: [],
  spendTrouble: null,
  inputTokens: 0,
  mostInputTokens: 0,
};

/**
 * Pairs of tools and models that are predicted: a model of a chain stands for every tool that lists it, and a config of a few
 * thousand lines could ask for millions.
 */
const MAX_PAIRS = 20_000;

/** The chain of every agent, by the selection that a run uses. */
export function chainsOf(config: RouterConfig, merged: Merged): AgentChain[] {
  let pairs = 0;
  return Object.values(config.agents).flatMap((agent) => {
    if (pairs > MAX_PAIRS) return [];
    const request = { ...emptyRequest(''), agent: agent.name };
    const policy = policyOf(config, agent, request);
    const choices = selectChoices({ config, facts: IDEAL_FACTS, request, agent, policy });
    const having = (rule: string) =>
      choices.filter((choice) => choice[0]?.because.some((because) => because.rule === rule));
    pairs += choices.reduce((sum, choice) => sum + choice.length, 0);
    const chain = { config, agent, policy };
    return {
      agent,
      policy,
      choices: [
        ...having('preferred').flatMap((choice) => preferred(chain, choice)),
        ...having('fallback').flatMap((choice, index) => fallback(chain, merged, { choice, index })),
      ],
    };
  });
}

interface Chain {
  config: RouterConfig;
  agent: AgentConfig;
  policy: PolicyConfig;
}

function preferred({ config, agent, policy }: Chain, choice: Choice): AgentChoice[] {
  const pairs = knownPairs(config, choice);
  if (pairs === null) return [];
  const of = (key: string) => ['agents', agent.name, key];
  const path = of(agent.preferredTool === null ? 'preferred_model' : 'preferred_tool');
  const modelPath = agent.preferredModel === null ? path : of('preferred_model');
  return [{ agent, policy, role: 'preferred', path, modelPath, text: null, pairs }];
}

function fallback(
  { config, agent, policy }: Chain,
  merged: Merged,
  { choice, index }: { choice: Choice; index: number },
): AgentChoice[] {
  const pairs = knownPairs(config, choice);
  const text = agent.fallbackChain[index]?.value ?? '';
  if (pairs === null || text === '') return [];
  const path = itemPath(merged, ['agents', agent.name, 'fallback_chain'], index);
  return [{ agent, policy, role: 'fallback', path, modelPath: path, text, pairs }];
}

/** The pairs of a choice; `null`: it names a tool or a model that does not exist. */
function knownPairs(config: RouterConfig, choice: Choice): ToolAndModel[] | null {
  const pairs: ToolAndModel[] = [];
  for (const { tool: name, model } of choice) {
    const tool = lookup(config.tools, name);
    const isUnknown = name === null ? model === null || !isKnownModel(config, model, null) : tool === null;
    if (isUnknown || model === '') return null;
    if (tool !== null) pairs.push({ tool, model });
  }
  return pairs;
}
