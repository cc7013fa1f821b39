import type { RouterConfig } from '../config/types.js';
import { type Failure, failure } from '../domain/failure.js';
import { lookup } from '../domain/lookup.js';
import type { Request } from '../domain/request.js';
import { namedTools } from '../router/named-tools.js';

/** Why a caller may not have what it asks for; `null`: it may. What an agent of the config leads to is decided by the config. */
export function choiceTrouble(config: RouterConfig, { agent, tool, model }: Request): Failure | null {
  if (agent === null && tool === null && model === null && config.defaultAgent === null)
    return failure('usage', 'no agent is named, and the config has no `default_agent`', {
      hint: `agents: ${Object.keys(config.agents).join(', ') || 'none'}`,
    });
  if (tool === null || lookup(config.tools, tool) === null || namedIn(config).has(tool)) return null;
  return failure('not_allowed', `the config of this server does not name the tool \`${tool}\``, {
    hint: `tools: ${[...namedIn(config)].join(', ')}`,
  });
}

function namedIn(config: RouterConfig): ReadonlySet<string> {
  const known = NAMED.get(config);
  if (known !== undefined) return known;
  const named = namedTools(config);
  NAMED.set(config, named);
  return named;
}

const NAMED = new WeakMap<RouterConfig, ReadonlySet<string>>();
