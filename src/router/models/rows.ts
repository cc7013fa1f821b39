import type { ListedModel } from '../../adapters/http/model-lists.js';
import type { ModelConfig, PolicyConfig, RouterConfig, ToolConfig } from '../../config/types.js';
import { lookup } from '../../domain/lookup.js';
import { TIERS, type Tier } from '../../domain/request.js';
import { offers } from '../../gates/offered.js';
import { checkGovernance } from '../../policy/governance.js';

/** A model of the catalogue, of a tool's list or of a provider; what is unknown is `null`. */
export interface ModelRow {
  /** What `--model` takes. */
  name: string;
  provider: string;
  /** What the provider calls it. */
  id: string;
  tier: Tier | null;
  /** Tokens. */
  contextWindow: number | null;
  /** Tokens. */
  maxOutputTokens: number | null;
  /** USD per million tokens. */
  price: { input: number; output: number } | null;
  /** Where the price is from. */
  pricedBy: 'catalogue' | 'provider' | null;
  /** Tools of the config that offer it. */
  tools: readonly string[];
  /** Tools whose providers list it. */
  listedBy: readonly string[];
  /** A tool offers it, and the policy allows both. */
  isAllowed: boolean;
  /** Why it is not allowed. */
  refusal: string | null;
  isDeprecated: boolean;
  supersededBy: string | null;
  /** Its last day, `2026-12-11`. */
  shutdownDate: string | null;
}

/** What a tool's provider lists. */
export interface ToolList {
  tool: string;
  models: readonly ListedModel[];
}

/** Every model once: those of the catalogue and of the tools in their order, then those that only providers list, by provider and id. */
export function modelRows(
  config: RouterConfig,
  policy: PolicyConfig,
  lists: readonly ToolList[],
): ModelRow[] {
  const known = knownModels(config);
  const others = new Map<string, Found>();
  for (const { tool: name, models } of lists) {
    const tool = lookup(config.tools, name);
    if (tool === null) continue;
    const byId = idsOf(tool, known);
    const provider = providerOf(tool, config);
    for (const listed of models) {
      const key = `${provider} ${listed.id}`;
      const found = byId.get(listed.id) ?? others.get(key) ?? newModel(listed.id, provider);
      if (!known.has(found.name)) others.set(key, found);
      if (offers(tool, found.name)) found.tools.add(name);
      found.listedBy.add(name);
      found.listed ??= listed;
    }
  }
  const added = [...others.values()].sort((a, b) => byText(a.provider, b.provider) || byText(a.name, b.name));
  return [...known.values(), ...added].map((found) => rowOf(config, policy, found));
}

/** A model while it is put together. */
interface Found {
  name: string;
  provider: string;
  model: ModelConfig | null;
  tools: Set<string>;
  listedBy: Set<string>;
  listed: ListedModel | null;
}

function newModel(name: string, provider: string, model: ModelConfig | null = null): Found {
  return { name, provider, model, tools: new Set(), listedBy: new Set(), listed: null };
}

/** The models of the catalogue, and those that tools list by name. */
function knownModels(config: RouterConfig): Map<string, Found> {
  const known = new Map(
    Object.values(config.models).map((model) => [
      model.name,
      newModel(model.name, model.provider ?? '', model),
    ]),
  );
  for (const tool of Object.values(config.tools)) {
    for (const { value: name } of tool.models) {
      if (name === '*') continue;
      const found = known.get(name) ?? newModel(name, providerOf(tool, config));
      known.set(name, found);
      found.tools.add(tool.name);
    }
  }
  return known;
}

/** Known models by what a tool calls them. */
function idsOf(tool: ToolConfig, known: ReadonlyMap<string, Found>): Map<string, Found> {
  const byId = new Map<string, Found>();
  for (const found of known.values()) {
    const id = idFor(tool.name, found);
    const isOwn = found.tools.has(tool.name);
    if (isOwn || !byId.has(id)) byId.set(id, found);
  }
  return byId;
}

function idFor(tool: string, { name, model }: Found): string {
  return model === null ? name : (lookup(model.ids, tool) ?? model.id);
}

/** Who makes the models of a tool: the only provider of those that it lists by name, else the tool stands for it. */
function providerOf(tool: ToolConfig, { models }: RouterConfig): string {
  const providers = new Set(tool.models.flatMap(({ value }) => lookup(models, value)?.provider ?? []));
  const [only] = providers;
  return only !== undefined && providers.size === 1 ? only : tool.name;
}

function rowOf(config: RouterConfig, policy: PolicyConfig, found: Found): ModelRow {
  const { name, provider, model, listed } = found;
  const price = model?.price ?? listed?.price ?? null;
  const refusal = refusalOf(policy, found);
  return {
    name,
    provider,
    id: model?.id ?? listed?.id ?? name,
    tier: model?.tier ?? TIERS.find((tier) => config.tiers[tier].some(({ value }) => value === name)) ?? null,
    contextWindow: model?.contextWindow ?? listed?.contextWindow ?? null,
    maxOutputTokens: model?.maxOutputTokens ?? listed?.maxOutputTokens ?? null,
    price: price === null ? null : { input: price.input, output: price.output },
    pricedBy: price === null ? null : model?.price != null ? 'catalogue' : 'provider',
    tools: [...found.tools],
    listedBy: [...found.listedBy],
    isAllowed: refusal === null,
    refusal,
    isDeprecated: model?.deprecated === true || listed?.shutdownDate != null,
    supersededBy: model?.supersededBy ?? null,
    shutdownDate: listed?.shutdownDate ?? null,
  };
}

/** The refusal of the first tool, if all are refused; `null`: one may run it. */
function refusalOf(policy: PolicyConfig, { name, tools }: Found): string | null {
  const refusals = [...tools].map((tool) => checkGovernance(policy, { tool, model: name })?.detail ?? null);
  if (refusals.includes(null)) return null;
  return refusals[0] ?? 'no tool of the config offers it';
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
