import { type Period, periodName } from '../domain/calendar.js';
import { toUsd } from '../domain/cost.js';
import { ok, type Result } from '../domain/result.js';
import type {
  Days,
  LedgerReader,
  LedgerTrouble,
  UsageFilter,
  UsageGroup,
  UsageKey,
} from '../ledger/ledger.js';
import type { LedgerPlace } from '../ledger/open-ledger.js';
import { regroup } from './regroup.js';
import { type UsageLine, usageLine } from './usage-line.js';

export type { UsageKey } from '../ledger/ledger.js';

/** What a report is asked for. */
export interface ReportQuery extends Days {
  period: Period;
  /** Which runs count. */
  filter: UsageFilter;
  /** `null`: the tables of a general report. */
  by: readonly UsageKey[] | null;
}

/** The lines of invocations that share the values of some keys; each line begins with these. */
export interface UsageTable {
  by: readonly UsageKey[];
  rows: readonly UsageRow[];
}

/** The values of the keys by their names (`null`: none), and the sums. */
export type UsageRow = { keys: Readonly<Record<string, string | null>> } & UsageLine;

/** What was done and spent in some days: what `stats` shows. Money in dollars. */
export interface UsageReport extends Days {
  period: Period;
  total: UsageLine;
  /** Runs that were killed or are not over, and what counts of them against budgets. */
  interrupted: { runs: number; counted_usd: number };
  /** What budgets count for the invocations without a price, whose cost is unknown: what was reserved for them. */
  unpriced: { counted_usd: number };
  /** What runs that are not over hold of their budgets now. */
  held: { runs: number; usd: number };
  /** The first day whose rows are still there; `null`: none were removed. Earlier days have no sessions and tags. */
  rows_since: string | null;
  tables: readonly UsageTable[];
}

/** Reads a report from a ledger; without one the report is empty. */
export async function usageReport(
  place: LedgerPlace,
  query: ReportQuery,
): Promise<Result<UsageReport, LedgerTrouble>> {
  const { readLedger } = await import('../ledger/open-ledger.js');
  const report = await readLedger(place, (ledger) => readReport(ledger, query));
  return report.ok ? ok(report.value ?? emptyReport(query)) : report;
}

function emptyReport(query: ReportQuery): UsageReport {
  const { since, until, period } = query;
  const asked = ledgerQueries(query);
  return {
    since,
    until,
    period,
    total: usageLine(null),
    interrupted: { runs: 0, counted_usd: 0 },
    unpriced: { counted_usd: 0 },
    held: { runs: 0, usd: 0 },
    rows_since: null,
    tables: asked.tables.map(({ by }) => ({ by, rows: [] })),
  };
}

async function readReport(
  ledger: LedgerReader,
  query: ReportQuery,
): Promise<Result<UsageReport, LedgerTrouble>> {
  const { base, tables } = ledgerQueries(query);
  const usage = await ledger.usage(query, base, query.filter);
  const interrupted = await ledger.interrupted(query, query.filter);
  const unpriced = await ledger.countedWithoutPrice(query, query.filter);
  const reserved = await ledger.reserved(query.filter);
  const rowsSince = await ledger.rowsSince();
  if (!usage.ok) return usage;
  if (!interrupted.ok) return interrupted;
  if (!unpriced.ok) return unpriced;
  if (!reserved.ok) return reserved;
  if (!rowsSince.ok) return rowsSince;
  const [finest = [], ...others] = usage.value;
  const [total = null] = regroup(finest, () => []);
  return ok({
    ...emptyReport(query),
    total: usageLine(total),
    interrupted: {
      runs: interrupted.value.runs,
      counted_usd: toUsd(interrupted.value.countedMicroUsd),
    },
    unpriced: { counted_usd: toUsd(unpriced.value) },
    held: { runs: reserved.value.count, usd: toUsd(reserved.value.microUsd) },
    rows_since: rowsSince.value,
    tables: tables.map(({ by, of }) => ({ by, rows: rowsOf(by, of([finest, ...others])) })),
  });
}

type Groups = readonly UsageGroup[];

interface LedgerQueries {
  /** What the ledger is asked for. */
  base: readonly (readonly UsageKey[])[];
  /** The tables, each made of the ledger's answers; the first is what a spreadsheet gets. */
  tables: readonly { by: readonly UsageKey[]; of: (answers: readonly Groups[]) => Groups }[];
}

/** A general report is made of two answers of the ledger: to read every sum once for each table would take three times as long. */
function ledgerQueries({ period, by }: ReportQuery): LedgerQueries {
  if (by !== null) return { base: [by], tables: [{ by, of: ([groups = []]) => groups }] };
  const ofPair = (key: UsageKey, index: number): LedgerQueries['tables'][number] => ({
    by: [key],
    of: ([pairs = []]) => regroup(pairs, ({ keys }) => [keys[index] ?? null]),
  });
  const days = { by: ['day' as const], of: ([, found = []]: readonly Groups[]) => found };
  const periods: LedgerQueries['tables'][number] = {
    by: [period],
    of: ([, found = []]) => regroup(found, ({ keys: [day] }) => [periodName(period, day ?? '')]),
  };
  return {
    base: [['agent', 'model', 'tool'], ['day']],
    tables: [
      ...(period === 'day' ? [days] : [periods, days]),
      ...(['agent', 'model', 'tool'] as const).map(ofPair),
    ],
  };
}

/** By time, else by cost and then by invocations, highest first. */
function rowsOf(by: readonly UsageKey[], groups: readonly UsageGroup[]): UsageRow[] {
  const name = (group: UsageGroup): string => JSON.stringify(group.keys);
  const cost = ({ sums }: UsageGroup): number => sums.charged_micro_usd;
  const isByTime = ['day', 'week', 'month'].includes(by[0] ?? '');
  return [...groups]
    .sort(
      (a, b) =>
        (isByTime ? (a.keys[0] ?? '').localeCompare(b.keys[0] ?? '') : 0) ||
        cost(b) - cost(a) ||
        b.sums.invocations - a.sums.invocations ||
        name(a).localeCompare(name(b)),
    )
    .map((group) => ({
      keys: Object.fromEntries(by.map((key, index) => [key, group.keys[index] ?? null])),
      ...usageLine(group),
    }));
}
