import { toUsd } from '../domain/cost.js';
import { ok, type Result } from '../domain/result.js';
import type { Days, LedgerTrouble, RaceGroup, RaceKey, UsageFilter } from '../ledger/ledger.js';
import type { LedgerPlace } from '../ledger/open-ledger.js';

export type { RaceKey } from '../ledger/ledger.js';

/** What a report on races is asked for. */
export interface RaceQuery extends Days {
  filter: UsageFilter;
  by: readonly RaceKey[];
}

/** How candidates fared. Money in dollars. */
export interface RaceLine {
  races: number;
  candidates: number;
  /** Those whose change was verified, or that failed before; those that were ended, or not started, are not among them. */
  judged: number;
  passed: number;
  /** Share of the judged ones; `null`: none was. */
  pass_rate: number | null;
  /** The known part of what all of them cost, those that were ended included. */
  cost_usd: number;
  /** Candidates whose cost is unknown, in part or whole. */
  without_price: number;
  /** `null`: none has passed, or a part of the cost is unknown. */
  cost_per_pass_usd: number | null;
}

/** The values of the keys by their names (`null`: none), and how these candidates fared. */
export type RaceRow = { keys: Readonly<Record<string, string | null>> } & RaceLine;

/** The races of some days: what `stats --races` shows. */
export interface RaceReport extends Days {
  by: readonly RaceKey[];
  total: RaceLine;
  rows: readonly RaceRow[];
}

/** Reads a report from a ledger; without one the report is empty. */
export async function raceReport(
  place: LedgerPlace,
  { since, until, filter, by }: RaceQuery,
): Promise<Result<RaceReport, LedgerTrouble>> {
  const { readLedger } = await import('../ledger/open-ledger.js');
  const days = { since, until };
  const read = await readLedger(place, async (ledger) => {
    const groups = await ledger.races(days, by, filter);
    const total = await ledger.races(days, [], filter);
    if (!groups.ok) return groups;
    return total.ok ? ok({ groups: groups.value, total: total.value[0] ?? NOTHING }) : total;
  });
  if (!read.ok) return read;
  const { groups, total } = read.value ?? { groups: [], total: NOTHING };
  return ok({ since, until, by, total: lineOf(total), rows: rowsOf(by, groups) });
}

const NOTHING: RaceGroup = {
  keys: [],
  races: 0,
  candidates: 0,
  judged: 0,
  passed: 0,
  chargedMicroUsd: 0,
  withoutPrice: 0,
};

/** Those that passed most often come first, and of these the cheapest. */
function rowsOf(by: readonly RaceKey[], groups: readonly RaceGroup[]): RaceRow[] {
  const isByTime = ['day', 'week', 'month'].includes(by[0] ?? '');
  const rows = groups.map((group) => ({
    keys: Object.fromEntries(by.map((key, index) => [key, group.keys[index] ?? null])),
    ...lineOf(group),
  }));
  const name = (row: RaceRow): string => JSON.stringify(Object.values(row.keys));
  return rows.sort(
    (a, b) =>
      (isByTime ? name(a).localeCompare(name(b)) : 0) ||
      (b.pass_rate ?? -1) - (a.pass_rate ?? -1) ||
      (a.cost_per_pass_usd ?? Number.MAX_VALUE) - (b.cost_per_pass_usd ?? Number.MAX_VALUE) ||
      name(a).localeCompare(name(b)),
  );
}

function lineOf({ keys: _keys, chargedMicroUsd, withoutPrice, ...counts }: RaceGroup): RaceLine {
  const { races, candidates, judged, passed } = counts;
  const isKnown = passed > 0 && withoutPrice === 0;
  return {
    races,
    candidates,
    judged,
    passed,
    pass_rate: judged === 0 ? null : Math.round((passed * 10_000) / judged) / 10_000,
    cost_usd: toUsd(chargedMicroUsd),
    without_price: withoutPrice,
    cost_per_pass_usd: isKnown ? toUsd(Math.round(chargedMicroUsd / passed)) : null,
  };
}
