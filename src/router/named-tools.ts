import type { AgentConfig, RouterConfig } from '../config/types.js';
import { lookup } from '../domain/lookup.js';
import { offers } from '../gates/offered.js';

/** The tools that a config names: its own entries, and those that its agents refer to. */
export function namedTools(config: RouterConfig): ReadonlySet<string> {
  const stated = Object.values(config.tools).filter(({ at }) => isOwn(at));
  const referred = Object.values(config.agents).flatMap((agent) => [
    agent.preferredTool?.value ?? '',
    ...referencesOf(agent).map((reference) => toolOf(config, reference) ?? ''),
  ]);
  const tiered = ownTierModels(config).map((reference) => toolOf(config, reference) ?? '');
  const known = [...referred, ...tiered].filter((name) => lookup(config.tools, name) !== null);
  return new Set([...stated.map(({ name }) => name), ...known]);
}

/**
 * The same config with no other tools than those that it names, and those that it leaves to the router: an agent without a tool takes any
 * that offers its model. Nothing that a request says can lead to another tool then.
 */
export function withNamedToolsOnly(config: RouterConfig): RouterConfig {
  const named = namedTools(config);
  const open = openModels(config);
  const tools = Object.entries(config.tools).filter(
    ([name, tool]) =>
      named.has(name) ||
      open === 'any' ||
      open.some((model) => tool.models.some(({ value }) => value === model)),
  );
  return { ...config, tools: Object.fromEntries(tools) };
}

/** Models that the config names without a tool, where the agent's own does not offer them; `any`: an agent names neither. */
function openModels(config: RouterConfig): readonly string[] | 'any' {
  const agents = Object.values(config.agents);
  if (agents.some((agent) => agent.preferredTool === null && agent.preferredModel === null)) return 'any';
  const ofAgents = agents.flatMap((agent) => {
    const own = lookup(config.tools, agent.preferredTool?.value);
    const models = [
      ...(agent.preferredModel === null ? [] : [agent.preferredModel.value]),
      ...referencesOf(agent),
    ];
    return models.filter((model) => toolOf(config, model) === null && (own === null || !offers(own, model)));
  });
  return [...ofAgents, ...ownTierModels(config).filter((model) => toolOf(config, model) === null)];
}

function referencesOf({ fallbackChain, taskTypes }: AgentConfig): string[] {
  return [...fallbackChain, ...Object.values(taskTypes)].map(({ value }) => value);
}

function ownTierModels({ tiers }: RouterConfig): string[] {
  return Object.values(tiers).flatMap((models) =>
    models.flatMap(({ value, at }) => (isOwn(at) ? [value] : [])),
  );
}

/** The tool of `tool:model`, or of a tool's name alone; `null`: it is a model. */
function toolOf({ tools }: RouterConfig, reference: string): string | null {
  const [head = ''] = reference.split(':');
  return lookup(tools, head) === null ? null : head;
}

/** Not in the files that come with the program. */
function isOwn(at: string | null): boolean {
  return at !== null && !at.startsWith('templates/');
}
