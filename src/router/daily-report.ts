import { toUsd } from '../domain/cost.js';
import { ok, type Result } from '../domain/result.js';
import type { DailyUsage, Days, Interrupted, LedgerTrouble } from '../ledger/ledger.js';
import type { LedgerAccess } from './ledger.js';

/** What was done on one UTC day, in dollars and tokens: the JSON of `stats --daily`. */
export interface DayReport {
  day: string;
  invocations: number;
  failures: number;
  tokens: number;
  /** The known part of what was charged. */
  cost_usd: number;
  /** The known part of the list price. */
  list_usd: number;
  /** Invocations whose cost is not known, in part or whole. */
  without_price: number;
  /** Attempts whose router was killed, and what counts of them against budgets. */
  interrupted: { attempts: number; counted_usd: number };
  by_agent: Share[];
  by_model: Share[];
  by_tool: Share[];
}

/** The part of one agent, model or tool; `name` is `null` for runs without one. */
export interface Share {
  name: string | null;
  invocations: number;
  tokens: number;
  cost_usd: number;
}

/** What runs that are not over hold of their budgets now. */
export interface Held {
  runs: number;
  usd: number;
}

/** Reads the days from a ledger; every day that has something, oldest first. Without a ledger nothing was done. */
export async function dailyReport(
  access: LedgerAccess,
  days: Days,
): Promise<Result<{ days: DayReport[]; held: Held }, LedgerTrouble>> {
  const ledger = await access.openToRead();
  if (!ledger.ok) return ledger;
  if (ledger.value === null) return ok({ days: [], held: { runs: 0, usd: 0 } });
  const read = await ledger.value.daily(days);
  if (!read.ok) return read;
  const reserved = await ledger.value.reserved();
  if (!reserved.ok) return reserved;
  const { usage, interrupted } = read.value;
  const names = [...new Set([...usage, ...interrupted].map(({ day }) => day))].sort();
  return ok({
    days: names.map((day) => dayReport(day, usage, interrupted)),
    held: { runs: reserved.value.count, usd: toUsd(reserved.value.microUsd) },
  });
}

function dayReport(day: string, all: readonly DailyUsage[], interrupted: readonly Interrupted[]): DayReport {
  const usage = all.filter((one) => one.day === day);
  const dead = interrupted.find((one) => one.day === day);
  const sum = (field: 'invocations' | 'failures' | 'tokens' | 'unpriced') =>
    total(usage.map((one) => one[field]));
  return {
    day,
    invocations: sum('invocations'),
    failures: sum('failures'),
    tokens: sum('tokens'),
    cost_usd: toUsd(total(usage.map((one) => one.chargedMicroUsd))),
    list_usd: toUsd(total(usage.map((one) => one.listMicroUsd))),
    without_price: sum('unpriced'),
    interrupted: { attempts: dead?.attempts ?? 0, counted_usd: toUsd(dead?.countedMicroUsd ?? 0) },
    by_agent: sharesBy(usage, 'agent'),
    by_model: sharesBy(usage, 'model'),
    by_tool: sharesBy(usage, 'tool'),
  };
}

/** A day on which nothing was done. */
export function emptyDay(day: string): DayReport {
  return dayReport(day, [], []);
}

/** The dearest first, then the busiest. */
function sharesBy(usage: readonly DailyUsage[], field: 'agent' | 'model' | 'tool'): Share[] {
  const names = [...new Set(usage.map((one) => one[field]))];
  const shares = names.map((name) => {
    const own = usage.filter((one) => one[field] === name);
    return {
      name,
      invocations: total(own.map((one) => one.invocations)),
      tokens: total(own.map((one) => one.tokens)),
      cost_usd: toUsd(total(own.map((one) => one.chargedMicroUsd))),
    };
  });
  return shares.sort((a, b) => b.cost_usd - a.cost_usd || b.invocations - a.invocations);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
