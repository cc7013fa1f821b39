import type { RouterConfig } from '../config/types.js';
import { toUsd } from '../domain/cost.js';
import type { Result } from '../domain/result.js';
import type { LedgerTrouble, Spend, SpendQuery } from '../ledger/ledger.js';
import { type KnownLimit, knownLimits } from '../policy/known-limits.js';
import { NONE } from './definitions.js';
import type { MetricRegistry } from './registry.js';

/** Where the spend of all processes is read. */
export interface BudgetSource {
  /** Folder of the project that runs are counted under; empty outside of one. */
  project: string;
  /** Wall clock, ms since the epoch. */
  now: () => number;
  /** Sums of the ledger in the order of the queries; `null`: there is no ledger yet. */
  spend(queries: readonly SpendQuery[]): Promise<Result<readonly Spend[] | null, LedgerTrouble>>;
  /** Gets a message when the ledger cannot be read; the spend is left out then. */
  warn(message: string): void;
}

/** Sets the gauges of budgets to what they are now. Reads the ledger only where the config has a limit. */
export async function setBudgetGauges(
  registry: MetricRegistry,
  config: RouterConfig,
  { project, now, spend, warn }: BudgetSource,
): Promise<void> {
  const limits = lowestLimits(knownLimits(config, { project, nowMs: now() }));
  const sums = limits.length === 0 ? null : await spend(limits.map(({ limit }) => limit));
  if (sums !== null && !sums.ok) warn(`metrics have no spend of budgets: ${sums.error.message}`);
  const isKnown = sums?.ok === true;
  registry.replace(
    'llm_budget_limit_usd',
    limits.map((one) => ({ labels: labelsOf(one), value: toUsd(one.limit.limitMicroUsd) })),
  );
  registry.replace(
    'llm_budget_spent_usd',
    (isKnown ? limits : []).map((one, index) => {
      const settled = isKnown ? (sums.value?.[index]?.settledMicroUsd ?? 0) : 0;
      return { labels: labelsOf(one), value: toUsd(settled) };
    }),
  );
}

/** Of the limits of a scope and window the lowest. */
function lowestLimits(limits: readonly KnownLimit[]): KnownLimit[] {
  const lowest = new Map<string, KnownLimit>();
  for (const one of limits) {
    const key = JSON.stringify(labelsOf(one));
    const other = lowest.get(key);
    if (other === undefined || one.limit.limitMicroUsd < other.limit.limitMicroUsd) lowest.set(key, one);
  }
  return [...lowest.values()];
}

function labelsOf({ budget: { scope }, name, limit: { window } }: KnownLimit) {
  return { scope: scope === 'global' || scope === 'team' ? scope : `${scope}:${name ?? NONE}`, window };
}
