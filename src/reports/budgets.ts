import type { RouterConfig } from '../config/types.js';
import { toUsd } from '../domain/cost.js';
import type { BudgetLimit } from '../domain/facts.js';
import { ok, type Result } from '../domain/result.js';
import type { LedgerTrouble, Spend } from '../ledger/ledger.js';
import type { LedgerPlace } from '../ledger/open-ledger.js';
import { type KnownLimit, knownLimits } from '../policy/known-limits.js';
import type { BudgetLine } from './budget-line.js';

/** Every daily and monthly limit that a run in the folder of a project can be under. */
export async function budgetReport(
  config: RouterConfig,
  place: LedgerPlace,
  project: string,
): Promise<Result<BudgetLine[], LedgerTrouble>> {
  const { readLedger } = await import('../ledger/open-ledger.js');
  const read: ReadSpend = (limits) => readLedger(place, (ledger) => ledger.spend(limits));
  return budgetLines(config, { project, nowMs: place.now() }, read);
}

/** Reads what counts against limits now; `null`: there is no ledger yet. */
export type ReadSpend = (limits: readonly BudgetLimit[]) => Promise<Result<Spend[] | null, LedgerTrouble>>;

/** The same from a ledger that is open already. */
export async function budgetLines(
  config: RouterConfig,
  at: { project: string; nowMs: number },
  read: ReadSpend,
): Promise<Result<BudgetLine[], LedgerTrouble>> {
  const found = knownLimits(config, at);
  const spend = await read(found.map(({ limit }) => limit));
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

const NOTHING: Spend = { settledMicroUsd: 0, reservedMicroUsd: 0, drawableMicroUsd: 0 };

function lineOf({ policy, budget, name, limit }: KnownLimit, spend: Spend): BudgetLine {
  const leftMicroUsd = limit.limitMicroUsd - spend.settledMicroUsd - spend.reservedMicroUsd;
  return {
    policy,
    scope: budget.scope,
    name,
    window: limit.window,
    limit_usd: toUsd(limit.limitMicroUsd),
    used_usd: toUsd(spend.settledMicroUsd),
    reserved_usd: toUsd(spend.reservedMicroUsd),
    left_usd: toUsd(leftMicroUsd),
    limit_type: limit.isHard ? 'hard' : 'soft',
    threshold_percent: limit.thresholdPercent,
    resets_at: new Date(limit.endsAtMs).toISOString(),
  };
}
