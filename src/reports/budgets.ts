import type { AgentConfig, BudgetConfig, RouterConfig } from '../config/types.js';
import { toUsd } from '../domain/cost.js';
import type { SpendLimit } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import { ok, type Result } from '../domain/result.js';
import type { LedgerTrouble, Spend } from '../ledger/ledger.js';
import type { LedgerPlace } from '../ledger/open-ledger.js';
import { limitsAt, spendingOf } from '../policy/spend-limits.js';

/** One limit with what counts against it now: a line of `budget`. Money in dollars. */
export interface BudgetLine {
  /** The policy that states it. */
  policy: string;
  scope: BudgetConfig['scope'];
  /** The agent or policy that it counts; `null`: all runs, or those without an agent. */
  name: string | null;
  window: SpendLimit['window'];
  limit_usd: number;
  used_usd: number;
  /** What live runs may still cost at most. */
  reserved_usd: number;
  left_usd: number;
  limit_type: 'soft' | 'hard';
  /** ISO time. */
  resets_at: string;
}

/**
 * Every daily and monthly limit that a run in the folder of a project can be under: those of each agent, of runs without one, and of each
 * policy.
 */
export async function budgetReport(
  config: RouterConfig,
  place: LedgerPlace,
  project: string,
): Promise<Result<BudgetLine[], LedgerTrouble>> {
  const found = limitsOf(config, { project, nowMs: place.now() });
  const { readLedger } = await import('../ledger/open-ledger.js');
  const spend = await readLedger(place, (ledger) => ledger.spend(found.map(({ limit }) => limit)));
  if (!spend.ok) return spend;
  return ok(found.map((one, index) => lineOf(one, spend.value?.[index] ?? NOTHING)));
}

/** The folders of the known projects whose folder has this name. */
export async function projectsNamed(
  place: LedgerPlace,
  name: string,
): Promise<Result<string[], LedgerTrouble>> {
  const { readLedger } = await import('../ledger/open-ledger.js');
  const found = await readLedger(place, (ledger) => ledger.projectsNamed(name));
  return found.ok ? ok(found.value ?? []) : found;
}

const NOTHING: Spend = { settledMicroUsd: 0, reservedMicroUsd: 0 };

interface Found {
  policy: string;
  budget: BudgetConfig;
  agent: string | null;
  limit: SpendLimit;
}

function limitsOf(config: RouterConfig, { project, nowMs }: { project: string; nowMs: number }): Found[] {
  const found = new Map<string, Found>();
  for (const { agent, policyName } of budgetSubjects(config)) {
    const policy = lookup(config.policies, policyName);
    if (policy === null) continue;
    const { subject, budgets } = spendingOf(config, { project, policy, agent, maxCostMicroUsd: null });
    for (const applied of budgets) {
      for (const limit of limitsAt({ subject, budgets: [applied] }, nowMs)) {
        const key = JSON.stringify([limit.scope, limit.window, limit.limitMicroUsd, limit.isHard]);
        if (!found.has(key)) found.set(key, { ...applied, agent: subject.agent, limit });
      }
    }
  }
  return [...found.values()];
}

/** Who a run can be counted under: each agent by its policy, and each policy without an agent. */
function budgetSubjects({
  agents,
  policies,
}: RouterConfig): { agent: AgentConfig | null; policyName: string }[] {
  return [
    ...Object.values(agents).map((agent) => ({ agent, policyName: agent.policy?.value ?? 'default' })),
    ...Object.keys(policies).map((policyName) => ({ agent: null, policyName })),
  ];
}

function lineOf({ policy, budget, agent, limit }: Found, spend: Spend): BudgetLine {
  const leftMicroUsd = limit.limitMicroUsd - spend.settledMicroUsd - spend.reservedMicroUsd;
  return {
    policy,
    scope: budget.scope,
    name: budget.scope === 'global' ? null : budget.scope === 'policy' ? policy : agent,
    window: limit.window,
    limit_usd: toUsd(limit.limitMicroUsd),
    used_usd: toUsd(spend.settledMicroUsd),
    reserved_usd: toUsd(spend.reservedMicroUsd),
    left_usd: toUsd(leftMicroUsd),
    limit_type: limit.isHard ? 'hard' : 'soft',
    resets_at: new Date(limit.endsAtMs).toISOString(),
  };
}
