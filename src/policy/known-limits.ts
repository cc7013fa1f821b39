import type { AgentConfig, BudgetConfig, RouterConfig } from '../config/types.js';
import type { BudgetLimit } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import { limitsAt, spendingOf } from './spend-limits.js';

/** A limit that runs can be under. */
export interface KnownLimit {
  /** The policy that states it. */
  policy: string;
  budget: BudgetConfig;
  /** The agent or policy that it counts; `null`: all runs, or those without an agent. */
  name: string | null;
  limit: BudgetLimit;
}

/**
 * Every daily and monthly limit that a run in the folder of a project can be under: those of each agent, of runs without one, and of each
 * policy.
 */
export function knownLimits(
  config: RouterConfig,
  { project, nowMs }: { project: string; nowMs: number },
): KnownLimit[] {
  const found = new Map<string, KnownLimit>();
  for (const { agent, policyName } of subjectsOf(config)) {
    const policy = lookup(config.policies, policyName);
    if (policy === null) continue;
    const { subject, budgets } = spendingOf(config, { project, policy, agent, maxCostMicroUsd: null });
    for (const applied of budgets) {
      for (const limit of limitsAt({ subject, budgets: [applied] }, nowMs)) {
        const key = JSON.stringify([limit.scope, limit.window, limit.limitMicroUsd, limit.isHard]);
        const name = nameOf({ ...applied, agent: subject.agent });
        if (!found.has(key)) found.set(key, { ...applied, name, limit });
      }
    }
  }
  return [...found.values()];
}

/** Who a run can be counted under: each agent by its policy, and each policy without an agent. */
function subjectsOf({ agents, policies }: RouterConfig): { agent: AgentConfig | null; policyName: string }[] {
  return [
    ...Object.values(agents).map((agent) => ({ agent, policyName: agent.policy?.value ?? 'default' })),
    ...Object.keys(policies).map((policyName) => ({ agent: null, policyName })),
  ];
}

function nameOf(by: { policy: string; budget: BudgetConfig; agent: string | null }): string | null {
  switch (by.budget.scope) {
    case 'team':
    case 'global':
      return null;
    case 'policy':
      return by.policy;
    case 'agent':
      return by.agent;
  }
}
