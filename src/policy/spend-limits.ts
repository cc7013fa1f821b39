import type { BudgetConfig, Placed, RouterConfig } from '../config/types.js';
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

/** Every daily and monthly limit that a request is under: those of `default` always, then those of its policy. */
export function limitsFor(config: RouterConfig, payer: Payer, nowMs: number): SpendLimit[] {
  return applyingBudgets(config, payer.policy).flatMap(({ policy, budget }) => {
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

function applyingBudgets(config: RouterConfig, policy: string): { policy: string; budget: BudgetConfig }[] {
  return [...new Set(['default', policy])].flatMap((name) =>
    (lookup(config.policies, name)?.budgets ?? []).map((budget) => ({ policy: name, budget })),
  );
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

/** The most that one request may cost, micro-USD: the lowest of the caps that are set; `null`: nothing bounds it. */
export function capOf(
  config: RouterConfig,
  request: { policy: string; agent: string | null; maxCostMicroUsd: number | null },
): number | null {
  const caps = [
    request.maxCostMicroUsd,
    lookup(config.agents, request.agent)?.maxCostMicroUsd ?? null,
    ...applyingBudgets(config, request.policy).map(({ budget }) => budget.perRequestMicroUsd?.value ?? null),
  ].filter((cap) => cap !== null);
  return caps.length === 0 ? null : Math.min(...caps);
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
