import type { RouterConfig } from '../config/types.js';
import { lookup } from '../domain/lookup.js';
import { parseReference } from '../routing/select.js';
import { NONE, OTHER, UNKNOWN } from './definitions.js';

/** The labels of a candidate. */
export interface CandidateLabels {
  provider: string;
  tool: string;
  model: string;
}

/** Label values by one config: a name that the config does not have is `other`, so that callers cannot add time series. */
export interface Labels {
  agent(name: string | null): string;
  tool(name: string | null): string;
  model(name: string | null): string;
  candidate(names: { tool: string | null; model: string | null }): CandidateLabels;
}

export function labelsOf(config: RouterConfig): Labels {
  const models = modelNames(config);
  const agent = (name: string | null) => known(name, Object.hasOwn(config.agents, name ?? ''));
  const tool = (name: string | null) => known(name, Object.hasOwn(config.tools, name ?? ''));
  const model = (name: string | null) => known(name, models.has(name ?? ''));
  const providerOf = (name: string | null) => lookup(config.models, name)?.provider ?? UNKNOWN;
  return {
    agent,
    tool,
    model,
    candidate: (names) => ({
      provider: names.tool === null ? NONE : providerOf(names.model),
      tool: tool(names.tool),
      model: model(names.model),
    }),
  };
}

/** A candidate as `tool:model`. */
export function pairLabel({ tool, model }: CandidateLabels): string {
  return model === NONE ? tool : `${tool}:${model}`;
}

function known(name: string | null, isKnown: boolean): string {
  if (name === null) return NONE;
  return isKnown ? name : OTHER;
}

/** Every model that the config names; only tools and agents may name one without a catalogue entry. */
export function modelNames(config: RouterConfig): ReadonlySet<string> {
  const { agents, tools, models } = config;
  const references = Object.values(agents)
    .flatMap(({ preferredModel, fallbackChain, taskTypes }) => [
      preferredModel,
      ...fallbackChain,
      ...Object.values(taskTypes),
    ])
    .flatMap((written) => (written === null ? [] : [written.value]));
  return new Set([
    ...Object.keys(models),
    ...Object.values(tools).flatMap((tool) => tool.models.map(({ value }) => value)),
    ...references.flatMap((text) => parseReference(config, text).model ?? []),
  ]);
}
