import type { AgentConfig, RouterConfig } from '../config/types.js';
import { lookup } from '../domain/lookup.js';
import { checkGovernance } from '../policy/governance.js';
import { NONE, OTHER } from './definitions.js';
import { type Labels, modelNames } from './labels.js';
import type { MetricRegistry } from './registry.js';

/**
 * Shows at 0 what alerts count from the first time on: Prometheus sees no increase where a series begins at 1. These are the keys that
 * may be missing, and the models that the policy of an agent refuses.
 */
export function startSeries(registry: MetricRegistry, config: RouterConfig, labels: Labels): void {
  for (const name of Object.keys(config.tools))
    registry.add('llm_missing_key_total', { tool: labels.tool(name) }, 0);
  for (const agent of [null, ...Object.values(config.agents)]) {
    for (const model of refusedModels(config, agent)) {
      const names = { agent: labels.agent(agent?.name ?? null), model };
      registry.add('llm_governance_violations_total', names, 0);
    }
  }
}

/** The models that the policy of an agent refuses, or may refuse since it refuses a tool. */
function refusedModels(config: RouterConfig, agent: AgentConfig | null): string[] {
  const policy = lookup(config.policies, agent?.policy.value ?? 'default');
  if (policy === null) return [];
  const tools = Object.keys(config.tools);
  const models = [...modelNames(config), OTHER];
  if (tools.some((tool) => checkGovernance(policy, { tool, model: null }) !== null)) return [...models, NONE];
  const [tool] = tools;
  if (tool === undefined) return [];
  return models.filter((model) => checkGovernance(policy, { tool, model }) !== null);
}
