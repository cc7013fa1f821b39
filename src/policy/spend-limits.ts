import type { AgentConfig, BudgetConfig, Placed, PolicyConfig, RouterConfig } from '../config/types.js';
import type { SpendLimit, SpendWindow } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';

/** For whom a request runs: what its money is counted under. */
export interface Payer {
  /** Folder of the project; empty outside of one. */
  project: string;
  policy: string;
  agent: string | null;
}

/** Every scope in which a run counts: all runs, those of the policies that apply to it, and those of its agent. */
export function scopesOf(payer: Payer): string[] {
  const policies = [...new Set(['default', payer.policy])];
  return [
    scopeKey('global', payer, ''),
    ...policies.map((policy) => scopeKey('policy', payer, policy)),
    scopeKey('agent', payer, ''),
  ];
}

function scopeKey(scope: BudgetConfig['scope'], { project, agent }: Payer, policy: string): string {
  if (scope === 'global') return 'global';
  return JSON.stringify([scope, project, scope === 'policy' ? policy : agent]);
}

/** What bounds the money of a request, and under which names it is counted. */
export interface Spending {
  payer: Payer;
  budgets: readonly AppliedBudget[];
  /** The most that the request may cost, micro-USD: the lowest of the caps that are set; `null`: no cap. */
  capMicroUsd: number | null;
}

/** A budget, and the policy that states it. */
export interface AppliedBudget {
  policy: string;
  budget: BudgetConfig;
}

/** The budgets and the cap of a request: the budgets of `default` always, then those of its policy. */
export function spendingOf(
  config: RouterConfig,
  by: { project: string; policy: PolicyConfig; agent: AgentConfig | null; maxCostMicroUsd: number | null },
): Spending {
  const { project, policy, agent, maxCostMicroUsd } = by;
  const policies = policy.name === 'default' ? [policy] : [lookup(config.policies, 'default'), policy];
  const budgets = policies.flatMap((one) =>
    (one?.budgets ?? []).map((budget) => ({ policy: one?.name ?? '', budget })),
  );
  const caps = [
    maxCostMicroUsd,
    agent?.maxCostMicroUsd ?? null,
    ...budgets.map(({ budget }) => budget.perRequestMicroUsd?.value ?? null),
  ].filter((cap) => cap !== null);
  return {
    payer: { project, policy: policy.name, agent: agent?.name ?? null },
    budgets,
    capMicroUsd: caps.length === 0 ? null : Math.min(...caps),
  };
}

/** Every daily and monthly limit that a request is under at a time. */
export function limitsAt(
  { payer, budgets }: Pick<Spending, 'payer' | 'budgets'>,
  nowMs: number,
): SpendLimit[] {
  return budgets.flatMap(({ policy, budget }) => {
    const more = {
      scope: scopeKey(budget.scope, payer, policy),
      of: scopeWords(budget.scope, policy, payer.agent),
      isHard: budget.isHard,
      thresholdPercent: budget.thresholdPercent,
    };
    return [
      ...limit(budget.dailyMicroUsd, { ...more, ...dayOf(nowMs) }),
      ...limit(budget.monthlyMicroUsd, { ...more, ...monthOf(nowMs) }),
    ];
  });
}

function limit(amount: Placed<number> | null, more: Omit<SpendLimit, 'limitMicroUsd' | 'at'>): SpendLimit[] {
  return amount === null ? [] : [{ ...more, limitMicroUsd: amount.value, at: amount.at }];
}

function scopeWords(scope: BudgetConfig['scope'], policy: string, agent: string | null): string {
  if (scope === 'global') return '';
  if (scope === 'policy') return `policy \`${policy}\``;
  return agent === null ? 'runs without an agent' : `agent \`${agent}\``;
}

function dayOf(nowMs: number) {
  const now = new Date(nowMs);
  const endsAtMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate() + 1);
  return { window: 'daily' as const, key: 'daily_usd', period: now.toISOString().slice(0, 10), endsAtMs };
}

function monthOf(nowMs: number) {
  const now = new Date(nowMs);
  const endsAtMs = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1);
  return { window: 'monthly' as const, key: 'monthly_usd', period: now.toISOString().slice(0, 7), endsAtMs };
}

/** The limits with what counts against each now, in the same order. */
export function windowsOf(
  limits: readonly SpendLimit[],
  sums: readonly Pick<SpendWindow, 'settledMicroUsd' | 'reservedMicroUsd'>[],
): SpendWindow[] {
  return limits.map((limit, index) => ({
    ...limit,
    settledMicroUsd: sums[index]?.settledMicroUsd ?? 0,
    reservedMicroUsd: sums[index]?.reservedMicroUsd ?? 0,
  }));
}
