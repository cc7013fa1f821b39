import type { AgentConfig, Placed, PolicyConfig, RouterConfig, ToolConfig } from '../config/types.js';
import type { Facts } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import type { Because, BecauseRule } from '../domain/plan.js';
import { type Request, type Resume, TIER_OF_COMPLEXITY } from '../domain/request.js';
import { offers } from '../gates/offered.js';

/** A pair chosen by the rules, before the gates. `tool` is `null` when no tool offers the model. */
export interface Pair {
  tool: string | null;
  model: string | null;
  because: Because[];
  at: string | null;
}

/** Pairs of which the first usable one is taken. */
export type Choice = Pair[];

/** The input of the selection. */
export interface SelectionInput {
  config: RouterConfig;
  facts: Facts;
  request: Request;
  agent: AgentConfig | null;
  policy: PolicyConfig;
}

/** A reference as written in a config: `model` or `tool:model`, or a tool alone. */
interface Reference {
  tool: string | null;
  model: string | null;
}

/**
 * The choices in the order in which they are to be tried: the first rule that matches (explicit, task, tier, cost
 * optimisation, preferred, first usable), then the fallback chain, if it is on.
 */
export function selectChoices(input: SelectionInput): Choice[] {
  return fallbackIsOn(input.request)
    ? [...primaryChoices(input), ...chainChoices(input)]
    : primaryChoices(input);
}

/** An explicit tool or model turns the chain off, unless `--fallback` is given; a session has one tool only. */
export function fallbackIsOn(request: Request): boolean {
  if (request.resume !== null) return false;
  return request.fallback ?? (request.tool === null && request.model === null);
}

function primaryChoices(input: SelectionInput): Choice[] {
  const { request, agent } = input;
  if (request.resume !== null) return [resumeChoice(input, request.resume)];
  if (request.tool !== null || request.model !== null) return [explicitChoice(input)];
  const task = request.task === null ? null : lookup(agent?.taskTypes ?? {}, request.task);
  if (task !== null)
    return [
      referenceChoice(input, task, 'task_type', `task \`${request.task}\` of agent \`${agent?.name}\``),
    ];
  const byTier = tierChoice(input);
  if (byTier !== null) return [byTier];
  return [...optimisedChoices(input)];
}

/** A session can only be continued by its own tool. */
function resumeChoice({ request, config }: SelectionInput, resume: Resume): Choice {
  const detail = `continues the session of invocation \`${resume.invocationId}\``;
  const at = lookup(config.tools, resume.tool)?.at ?? null;
  const because: Because[] = [{ rule: 'explicit', detail, at: null }];
  return [{ tool: resume.tool, model: request.model ?? resume.model, because, at }];
}

function explicitChoice(input: SelectionInput): Choice {
  const { request, config } = input;
  const because: Because[] = [{ rule: 'explicit', detail: explicitDetail(request), at: null }];
  if (request.tool === null) return expand(input, { tool: null, model: request.model }, because, null);
  const tool = lookup(config.tools, request.tool);
  const model = request.model ?? (tool === null ? null : preferredOrFirstModel(tool, input.agent));
  return [{ tool: request.tool, model, because, at: tool?.at ?? null }];
}

function explicitDetail({ tool, model }: Request): string {
  if (tool !== null && model !== null) return `tool \`${tool}\` and model \`${model}\` were asked for`;
  return tool !== null ? `tool \`${tool}\` was asked for` : `model \`${model}\` was asked for`;
}

function tierChoice(input: SelectionInput): Choice | null {
  const { request, config } = input;
  const rule = request.tier !== null ? 'tier' : 'complexity';
  const tier = request.tier ?? (request.complexity === null ? null : TIER_OF_COMPLEXITY[request.complexity]);
  if (tier === null) return null;
  const detail =
    rule === 'tier' ? `tier \`${tier}\`` : `complexity \`${request.complexity}\` asks for tier \`${tier}\``;
  return firstUsableOf(input, config.tiers[tier], rule, detail);
}

function optimisedChoices(input: SelectionInput): Choice[] {
  const { policy, facts } = input;
  const {
    simpleTaskThresholdTokens: threshold,
    simpleTaskModels,
    complexTaskModels,
  } = policy.costOptimization;
  if (threshold === null) return [preferredChoice(input, [])];
  const below = facts.inputTokens < threshold.value;
  const compared = `about ${facts.inputTokens} tokens, ${below ? 'below' : 'not below'} the threshold of ${threshold.value}`;
  if (below) {
    const simple = firstUsableOf(input, simpleTaskModels, 'cost_optimization', compared);
    return [simple, preferredChoice(input, [])].filter((choice) => choice.length > 0);
  }
  const above: Because = { rule: 'above_threshold', detail: compared, at: threshold.at };
  if (complexTaskModels.length === 0) return [preferredChoice(input, [above])];
  const complex = firstUsableOf(input, complexTaskModels, 'cost_optimization', compared);
  return [
    complex.map((pair) => ({ ...pair, because: [...pair.because, above] })),
    preferredChoice(input, [above]),
  ];
}

/** A list of which the first usable pair is taken; the policy's preferred providers come first, else in the given order. */
function firstUsableOf(
  input: SelectionInput,
  entries: readonly Placed<string>[],
  rule: BecauseRule,
  detail: string,
): Choice {
  const pairs = entries.flatMap((entry) => referenceChoice(input, entry, rule, detail));
  const preferred = input.policy.governance.providerPreference;
  const rankOf = ({ model }: Pair): number => {
    const provider = lookup(input.config.models, model)?.provider ?? null;
    const rank = preferred.findIndex(({ value }) => value === provider);
    return rank < 0 ? preferred.length : rank;
  };
  return pairs
    .map((pair) => {
      const rank = rankOf(pair);
      return { pair: withPreference(pair, preferred[rank] ?? null), rank };
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ pair }) => pair);
}

function withPreference(pair: Pair, provider: Placed<string> | null): Pair {
  if (provider === null) return pair;
  const because = pair.because.map((one) => ({
    ...one,
    detail: `${one.detail}; provider \`${provider.value}\` is preferred`,
  }));
  return { ...pair, because };
}

function preferredChoice(input: SelectionInput, more: Because[]): Choice {
  const { agent, config } = input;
  const place = agent?.preferredModel ?? agent?.preferredTool ?? null;
  if (agent === null || place === null) return firstUsableChoice(input, more);
  const because: Because[] = [
    { rule: 'preferred', detail: `preferred by agent \`${agent.name}\``, at: place.at },
    ...more,
  ];
  if (agent.preferredTool === null)
    return expand(input, { tool: null, model: place.value }, because, place.at);
  const model = preferredModelOn(config, agent, agent.preferredTool.value);
  return [{ tool: agent.preferredTool.value, model, because, at: place.at }];
}

function preferredModelOn(config: RouterConfig, agent: AgentConfig, toolName: string): string | null {
  const tool = lookup(config.tools, toolName);
  return tool === null ? (agent.preferredModel?.value ?? null) : preferredOrFirstModel(tool, agent);
}

/** The pair that an agent prefers, usable or not; `null`: none. */
export function preferredPair(
  config: RouterConfig,
  agent: AgentConfig,
): { tool: string | null; model: string | null } | null {
  const { preferredTool, preferredModel } = agent;
  if (preferredTool !== null)
    return { tool: preferredTool.value, model: preferredModelOn(config, agent, preferredTool.value) };
  if (preferredModel === null) return null;
  const [tool] = toolsListing(config, preferredModel.value);
  return { tool: tool?.name ?? null, model: preferredModel.value };
}

/**
 * Without an agent, or without its preference: every tool in order, except the built-in mock, whose answers are canned, and
 * servers without a key, which may not be running.
 */
function firstUsableChoice({ config }: SelectionInput, more: Because[]): Choice {
  return Object.values(config.tools)
    .filter((tool) => !(tool.builtIn && (tool.kind === 'mock' || isUncertain(tool))))
    .map((tool) => ({
      tool: tool.name,
      model: firstModel(tool),
      because: [
        {
          rule: 'first_usable' as const,
          detail: 'no agent names a preference: the first usable tool',
          at: null,
        },
        ...more,
      ],
      at: tool.at,
    }));
}

function isUncertain(tool: ToolConfig): boolean {
  return tool.kind === 'http' && (tool.apiKeyEnv.length === 0 || !tool.apiKeyRequired);
}

function chainChoices(input: SelectionInput): Choice[] {
  const { agent } = input;
  return (agent?.fallbackChain ?? []).map((entry, index) =>
    referenceChoice(
      input,
      entry,
      'fallback',
      `entry ${index + 1} of the fallback chain of agent \`${agent?.name}\``,
    ),
  );
}

function referenceChoice(
  input: SelectionInput,
  entry: Placed<string>,
  rule: BecauseRule,
  detail: string,
): Choice {
  return expand(input, parseReference(input.config, entry.value), [{ rule, detail, at: entry.at }], entry.at);
}

/** `tool:model` where the part before the first colon is a tool; else a model (`llama3:8b`), or a tool alone. */
export function parseReference(config: RouterConfig, text: string): Reference {
  const colon = text.indexOf(':');
  const before = colon < 0 ? null : text.slice(0, colon);
  if (before !== null && lookup(config.tools, before) !== null)
    return { tool: before, model: text.slice(colon + 1) };
  const isModel = lookup(config.models, text) !== null || toolsListing(config, text).length > 0;
  if (!isModel && lookup(config.tools, text) !== null) return { tool: text, model: null };
  return { tool: null, model: text };
}

/** Finds the tool of a reference: its own, else the preferred one if that lists the model, else those that do. */
function expand(input: SelectionInput, reference: Reference, because: Because[], at: string | null): Choice {
  const { config, agent, facts } = input;
  const { tool: named, model } = reference;
  if (named !== null) {
    const tool = lookup(config.tools, named);
    return [{ tool: named, model: model ?? (tool === null ? null : firstModel(tool)), because, at }];
  }
  if (model === null) return [];
  const preferred = lookup(config.tools, agent?.preferredTool?.value);
  const listing = toolsListing(config, model);
  // A preferred tool that accepts any id does not come before tools that list the model by name.
  const knows = (tool: ToolConfig): boolean =>
    listing.length === 0 ? offers(tool, model) : listing.includes(tool);
  if (preferred !== null && knows(preferred)) return [{ tool: preferred.name, model, because, at }];
  if (listing.length === 0) return [{ tool: null, model, because, at }];
  const available = listing.filter((tool) => lookup(facts.tools, tool.name)?.available === true);
  return (available.length > 0 ? available : listing).map((tool) => ({
    tool: tool.name,
    model,
    because: preferred === null ? because : [...because, switched(preferred.name, tool.name, model)],
    at,
  }));
}

function switched(from: string, to: string, model: string): Because {
  return {
    rule: 'tool_switched',
    detail: `\`${from}\` does not list \`${model}\`, \`${to}\` does`,
    at: null,
  };
}

/** The tools that list a model by name. */
export function toolsListing(config: RouterConfig, model: string): ToolConfig[] {
  return Object.values(config.tools).filter((tool) => tool.models.some((listed) => listed.value === model));
}

function preferredOrFirstModel(tool: ToolConfig, agent: AgentConfig | null): string | null {
  const preferred = agent?.preferredModel?.value ?? null;
  if (preferred === null) return firstModel(tool);
  const isPreferredTool = agent?.preferredTool?.value === tool.name;
  return isPreferredTool || offers(tool, preferred) ? preferred : firstModel(tool);
}

function firstModel(tool: ToolConfig): string | null {
  return tool.models.find((listed) => listed.value !== '*')?.value ?? null;
}
