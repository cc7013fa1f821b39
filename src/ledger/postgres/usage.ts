import type { Days, Interrupted, RaceGroup, RaceKey, UsageFilter, UsageGroup, UsageKey } from '../ledger.js';
import { raceGroups, raceSql } from '../race-sql.js';
import { BY_DAY, type SumTables } from '../roll-up.js';
import { grouped } from '../usage.js';
import { type Asked, ROWS, SESSIONS, usageSql } from '../usage-sql.js';
import { SUM_COLUMNS } from '../usage-sums.js';
import { attemptCondition, folderCondition, rowCondition, usageCondition } from './condition.js';
import type { Row } from './connection.js';
import { textOf } from './literal.js';
import type { Transaction } from './transaction.js';

/** Usage in these days, grouped by keys. Money, counts and tokens are exact, latencies to two digits. */
export async function usageBy(
  tx: Transaction,
  days: Days,
  { by, filter }: { by: readonly UsageKey[]; filter?: UsageFilter | undefined },
): Promise<UsageGroup[]> {
  const source = await sourceOf(tx, { by, filter, since: days.since });
  const where = usageCondition(filter);
  const ask = (asked: Asked): Promise<Row[]> =>
    tx.all(usageSql(asked, { keys: by.map(keyOf), days: ['$1', '$2'], where }), days.since, days.until);
  const [sums, failures, latencies] = await Promise.all([
    ask({ from: source.sums, each: null, sums: SUM_COLUMNS }),
    ask({ from: source.failures, each: 'failure', sums: ['invocations'] }),
    ask({ from: source.latencies, each: 'about_ms', sums: ['invocations'] }),
  ]);
  return grouped(by.length, { sums: plain(sums), failures: plain(failures), latencies: plain(latencies) });
}

/** How the candidates of the races of these days fared, by keys. */
export async function racesBy(
  tx: Transaction,
  { since, until }: Days,
  { by, filter }: { by: readonly RaceKey[]; filter?: UsageFilter | undefined },
): Promise<RaceGroup[]> {
  const where = rowCondition(filter);
  const keys = by.map(keyOf);
  return raceGroups(by.length, await tx.all(raceSql({ keys, days: ['$1', '$2'], where }), since, until));
}

type PlainRow = Readonly<Record<string, string | number | null>>;

/** Without truth values, which no query of usage has. */
function plain(rows: readonly Row[]): PlainRow[] {
  return rows as PlainRow[];
}

/** The sums that know all keys; a project and tags are known by the rows alone, and sessions end with their rows. */
async function sourceOf(
  tx: Transaction,
  { by, filter, since }: { by: readonly UsageKey[]; filter: UsageFilter | undefined; since: string },
): Promise<SumTables> {
  if (by.some((key) => key.startsWith('tag:')) || filter?.project !== undefined) return ROWS;
  if (!by.includes('session')) return BY_DAY;
  const cut = await tx.all('SELECT 1 FROM upkeep WHERE rows_since > $1', since);
  return cut.length > 0 ? ROWS : SESSIONS;
}

/** A week begins on Monday. */
const TIMES: Readonly<Partial<Record<UsageKey | RaceKey, string>>> = {
  week: `to_char(date_trunc('week', day::timestamp), 'YYYY-MM-DD')`,
  month: 'substr(day, 1, 7)',
};

function keyOf(key: UsageKey | RaceKey): string {
  if (!key.startsWith('tag:')) return TIMES[key] ?? key;
  return textOf({ sql: '(tags::json ->> $1)', values: [key.slice('tag:'.length)] });
}

/**
 * What budgets count for the invocations without a price, micro-USD: what was reserved for their attempts of unknown cost. Rows that were
 * removed are not in it.
 */
export async function countedWithoutPrice(
  tx: Transaction,
  { since, until }: Days,
  filter?: UsageFilter,
): Promise<number> {
  const [row] = await tx.all(
    `SELECT coalesce(sum(counted_micro_usd), 0) AS micro_usd FROM attempts WHERE charged_micro_usd IS NULL
      AND invocation_id IN (SELECT id FROM invocations
        WHERE day BETWEEN $1 AND $2 AND basis = 'unknown' AND billing = 'api')${attemptCondition(filter)}`,
    since,
    until,
  );
  return Number(row?.micro_usd ?? 0);
}

/** Attempts whose invocation has no row and no reservation: its process was killed, or it waits between two attempts. */
export const UNFINISHED = `attempts.closed = 0
  AND NOT EXISTS (SELECT 1 FROM reservations WHERE reservations.invocation_id = attempts.invocation_id)`;

/** What budgets count for the attempts of an invocation; `null`: none is recorded. */
export async function countedOf(tx: Transaction, invocationId: string): Promise<number | null> {
  const [row] = await tx.all(
    'SELECT sum(counted_micro_usd) AS micro_usd FROM attempts WHERE invocation_id = $1',
    invocationId,
  );
  return row?.micro_usd === null || row === undefined ? null : Number(row.micro_usd);
}

/** Runs that never ended: those that still have rows, and the sums of those whose rows were removed, which no filter fits. */
export async function interruptedIn(
  tx: Transaction,
  { since, until }: Days,
  filter?: UsageFilter,
): Promise<Interrupted> {
  const where = attemptCondition(filter);
  const removed =
    where === ''
      ? 'UNION ALL SELECT sum(runs), sum(micro_usd) FROM daily_interrupted WHERE day BETWEEN $1 AND $2'
      : '';
  const [row] = await tx.all(
    `SELECT coalesce(sum(runs), 0) AS runs, coalesce(sum(micro_usd), 0) AS micro_usd FROM (
      SELECT count(DISTINCT invocation_id) AS runs, sum(counted_micro_usd) AS micro_usd FROM attempts
        WHERE ${UNFINISHED} AND day BETWEEN $1 AND $2${where} ${removed}) AS one`,
    since,
    until,
  );
  return { runs: Number(row?.runs ?? 0), countedMicroUsd: Number(row?.micro_usd ?? 0) };
}

/** The folders of the projects that have rows and whose folder has this name, in order. */
export async function projectsNamed(tx: Transaction, name: string): Promise<string[]> {
  const where = folderCondition('project', { name });
  const rows = await tx.all(
    `SELECT DISTINCT project COLLATE "C" AS project FROM invocations WHERE ${where} ORDER BY 1`,
  );
  return rows.map(({ project }) => String(project));
}
