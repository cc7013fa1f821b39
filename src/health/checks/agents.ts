import type { Failure } from '../../domain/failure.js';
import type { Plan } from '../../domain/plan.js';
import type { Result } from '../../domain/result.js';
import type { HealthContext, HealthRow } from '../context.js';

/** Who would serve each agent now, and who would not. An agent that nobody can serve is a failure. */
export function checkAgents({ plans }: HealthContext): HealthRow[] {
  return plans.map(({ agent, plan }) => agentRow(agent, plan));
}

function agentRow(agent: string, plan: Result<Plan, Failure>): HealthRow {
  const row = { check: 'agent' as const, subject: agent };
  if (!plan.ok)
    return { ...row, status: 'fail', detail: plan.error.message, fix: plan.error.hint ?? 'mend the config' };
  const { candidates, rejected } = plan.value;
  const order = candidates.map(name).join(' > ');
  const missing = rejected.map((entry) => `${name(entry)}: ${entry.detail}`).join('; ');
  const fix = rejected.find(({ hint }) => hint !== null)?.hint ?? 'see `llm-router exec --dry-run`';
  if (candidates.length === 0)
    return { ...row, status: 'fail', detail: `nobody can serve it (${missing})`, fix };
  const preferredMissing = rejected.some(({ because }) => because.every(({ rule }) => rule !== 'fallback'));
  if (preferredMissing)
    return { ...row, status: 'warn', detail: `${order}, but not its first choice (${missing})`, fix };
  return { ...row, status: 'ok', detail: order, fix: null };
}

function name({ tool, model }: { tool: string | null; model: string | null }): string {
  return [tool, model].filter((part) => part !== null).join(':');
}
