import type { RouterConfig } from '../config/types.js';
import { lookup } from '../domain/lookup.js';
import type { Request } from '../domain/request.js';

/** What `model` of a request asks for. */
export type Asked = Pick<Request, 'agent' | 'tool' | 'model'>;

/** `agent:NAME`, `TOOL:MODEL` with a tool of the config, else the name of a model. */
export function askedByModel({ tools }: RouterConfig, model: string): Asked {
  const colon = model.indexOf(':');
  const [head, rest] = [model.slice(0, colon), model.slice(colon + 1)];
  if (rest === '') return { agent: null, tool: null, model };
  if (head === 'agent') return { agent: rest, tool: null, model: null };
  if (colon > 0 && lookup(tools, head) !== null) return { agent: null, tool: head, model: rest };
  return { agent: null, tool: null, model };
}

/** The same for clients that know only models: an agent's name stands for the agent. `null`: there is nothing of that name. */
export function askedByClient(config: RouterConfig, name: string): Asked | null {
  if (lookup(config.agents, name) !== null) return { agent: name, tool: null, model: null };
  const asked = askedByModel(config, name);
  const { agent, tool, model } = asked;
  if (agent !== null) return lookup(config.agents, agent) === null ? null : asked;
  const tools = tool === null ? Object.values(config.tools) : [lookup(config.tools, tool)];
  const listed = tools.some((one) =>
    one?.models.some(({ value }) => value === model || (tool !== null && value === '*')),
  );
  return listed ? asked : null;
}

/** The names that a client may ask for: agents, then the models of each tool. */
export function modelNames({ agents, tools }: RouterConfig): string[] {
  const ofTools = Object.values(tools).flatMap(({ name, models }) =>
    models.flatMap(({ value }) => (value === '*' ? [] : [`${name}:${value}`])),
  );
  return [...Object.keys(agents), ...ofTools];
}
