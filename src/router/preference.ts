import type { Environment } from '../adapters/adapter.js';
import { billingOf } from '../adapters/billing.js';
import type { RouterConfig } from '../config/types.js';
import { lookup } from '../domain/lookup.js';
import type { Preference } from '../policy/preferred-cost.js';
import { preferredPair } from '../routing/select.js';

/** What the runs of an agent are compared with; `null`: it prefers nothing. */
export function preferenceOf(
  config: RouterConfig,
  agentName: string | null,
  env: Environment,
): Preference | null {
  const agent = lookup(config.agents, agentName);
  const pair = agent === null ? null : preferredPair(config, agent);
  if (pair === null) return null;
  const tool = lookup(config.tools, pair.tool);
  return {
    ...pair,
    billing: tool === null ? 'api' : billingOf(tool, env),
    price: lookup(config.models, pair.model)?.price ?? null,
    manyRequests: tool?.kind === 'command',
  };
}
