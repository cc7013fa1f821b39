import type { AgentConfig } from '../config/types.js';
import { toUsd } from '../domain/cost.js';
import { emptyRequest } from '../domain/request.js';
import type { Router } from './router.js';

/** Every agent of the config: what it prefers, and what a request of it would run now. Runs nothing. */
export function agentLines(router: Router, cwd: string): Promise<AgentLine[]> {
  return Promise.all(Object.values(router.config.agents).map((agent) => lineOf(router, agent, cwd)));
}

async function lineOf(router: Router, agent: AgentConfig, cwd: string) {
  const planned = await router.plan({ ...emptyRequest(cwd), agent: agent.name });
  const plan = planned.ok ? planned.value : null;
  const first = plan?.candidates[0] ?? null;
  const refused = planned.ok ? (plan?.plan.rejected[0] ?? null) : null;
  const cap = plan?.spending.capMicroUsd ?? null;
  return {
    name: agent.name,
    is_default: router.config.defaultAgent?.value === agent.name,
    description: agent.description,
    preferred_tool: agent.preferredTool?.value ?? null,
    preferred_model: agent.preferredModel?.value ?? null,
    access: agent.access.value,
    policy: plan?.policy.name ?? agent.policy?.value ?? 'default',
    cap_usd: cap === null ? null : toUsd(cap),
    ready: first !== null,
    tool: first?.tool.name ?? null,
    model: first?.modelName ?? null,
    billing: first?.billing ?? null,
    reason: planned.ok ? (refused?.detail ?? null) : planned.error.message,
    hint: planned.ok ? (refused?.hint ?? null) : planned.error.hint,
  };
}

/** An agent, and what it would run now. Field names and their order are stable. */
export type AgentLine = Awaited<ReturnType<typeof lineOf>>;
