import type { AgentConfig, BudgetConfig, Placed, PolicyConfig, RouterConfig } from '../config/types.js';
import type { BudgetLimit, SpendLimit, SpendWindow } from '../domain/facts.js';
import type { FamilyCap } from '../domain/family.js';
import { lookup } from '../domain/lookup.js';

/** The scopes' subject of a request: its money is counted under these. */
export interface BudgetSubject {
  /** Folder of the project; empty outside of one. */
  project: string;
  policy: string;
  agent: string | null;
}

/**
 * Every scope in which a run counts: all runs of the user, those of the policies that apply to it, and those of its agent. A shared ledger
 * adds that of everybody (ADR 046).
 */
export function scopesOf(subject: BudgetSubject): string[] {
  const policies = [...new Set(['default', subject.policy])];
  return [
    scopeKey('global', subject, ''),
    ...policies.map((policy) => scopeKey('policy', subject, policy)),
    scopeKey('agent', subject, ''),
  ];
}

function scopeKey(scope: BudgetConfig['scope'], { project, agent }: BudgetSubject, policy: string): string {
  if (scope === 'global' || scope === 'team') return scope;
  return JSON.stringify([scope, project, scope === 'policy' ? policy : agent]);
}

/** The limits of a request's spend, and the scopes in which it counts. */
export interface Spending {
  subject: BudgetSubject;
  budgets: readonly AppliedBudget[];
  /** The lowest cap of the request, micro-USD; `null`: no cap. */
  capMicroUsd: number | null;
  /** Whether the request or its agent states a cap, and not only a budget, which bounds every request alike. */
  isCapAsked: boolean;
  /** The cap of an outer run, of which this one is nested; `null`: there is none. */
  family: FamilyCap | null;
  /** What it may spend while the database of a shared ledger cannot be reached; `null`: nothing under a hard limit. */
  failOpen: FailOpen | null;
}

/** What runs of a machine may spend together while the database of a shared ledger cannot be reached. */
export interface FailOpen {
  /** The policy that states it: runs of other policies that inherit it share it. */
  policy: string;
  upToMicroUsd: number;
  /** Where it is stated; `null`: in no file. */
  at: string | null;
}

/** A budget, and its policy. */
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
  const asked = [maxCostMicroUsd, agent?.maxCostMicroUsd ?? null];
  const caps = [...asked, ...budgets.map(({ budget }) => budget.perRequestMicroUsd?.value ?? null)].filter(
    (cap) => cap !== null,
  );
  return {
    subject: { project, policy: policy.name, agent: agent?.name ?? null },
    budgets,
    capMicroUsd: caps.length === 0 ? null : Math.min(...caps),
    isCapAsked: asked.some((cap) => cap !== null),
    family: null,
    failOpen: failOpenOf(config, policy),
  };
}

function failOpenOf({ policies }: RouterConfig, { name, failOpen }: PolicyConfig): FailOpen | null {
  const { upToMicroUsd } = failOpen;
  if (upToMicroUsd === null) return null;
  const base = lookup(policies, 'default')?.failOpen.upToMicroUsd ?? null;
  const isInherited = base !== null && base.at === upToMicroUsd.at && base.value === upToMicroUsd.value;
  return { policy: isInherited ? 'default' : name, upToMicroUsd: upToMicroUsd.value, at: upToMicroUsd.at };
}

/** Every limit of a run at a time: those of its budgets, and the cap of an outer run. */
export function limitsOfRun(spending: Spending, nowMs: number): SpendLimit[] {
  const { family } = spending;
  return [...limitsAt(spending, nowMs), ...(family === null ? [] : [familyLimit(family)])];
}

/** The cap of a family. Nothing warns before it is reached, and no time frees it. */
export function familyLimit({ ownerId, capMicroUsd }: FamilyCap): SpendLimit {
  return {
    window: 'family',
    key: '--max-cost',
    scope: '',
    of: '',
    period: '',
    endsAtMs: Number.POSITIVE_INFINITY,
    isHard: true,
    limitMicroUsd: capMicroUsd,
    thresholdPercent: Number.POSITIVE_INFINITY,
    at: null,
    familyOf: ownerId,
  };
}

/** Every daily and monthly limit of a request at a time. */
export function limitsAt(
  { subject, budgets }: Pick<Spending, 'subject' | 'budgets'>,
  nowMs: number,
): BudgetLimit[] {
  return budgets.flatMap(({ policy, budget }) => {
    const more = {
      scope: scopeKey(budget.scope, subject, policy),
      of: scopeWords(budget.scope, policy, subject.agent),
      isHard: budget.isHard,
      thresholdPercent: budget.thresholdPercent,
    };
    return [
      ...limit(budget.dailyMicroUsd, { ...more, ...dayOf(nowMs) }),
      ...limit(budget.monthlyMicroUsd, { ...more, ...monthOf(nowMs) }),
    ];
  });
}

function limit(
  amount: Placed<number> | null,
  more: Omit<BudgetLimit, 'limitMicroUsd' | 'at'>,
): BudgetLimit[] {
  return amount === null ? [] : [{ ...more, limitMicroUsd: amount.value, at: amount.at }];
}

function scopeWords(scope: BudgetConfig['scope'], policy: string, agent: string | null): string {
  if (scope === 'global') return '';
  if (scope === 'team') return 'the team';
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

/** The limits with their current spend, in the same order. */
export function windowsOf(
  limits: readonly SpendLimit[],
  sums: readonly Pick<SpendWindow, 'settledMicroUsd' | 'reservedMicroUsd' | 'drawableMicroUsd'>[],
): SpendWindow[] {
  return limits.map((limit, index) => ({
    ...limit,
    settledMicroUsd: sums[index]?.settledMicroUsd ?? 0,
    reservedMicroUsd: sums[index]?.reservedMicroUsd ?? 0,
    drawableMicroUsd: sums[index]?.drawableMicroUsd ?? 0,
  }));
}
