import type { Days, Interrupted, RaceGroup, RaceKey, UsageFilter, UsageGroup, UsageKey } from './ledger.js';
import { raceGroups, raceSql } from './race-sql.js';
import { BY_DAY, type SumTables } from './roll-up.js';
import type { Database, Row, SqlValue } from './sqlite.js';
import { attemptCondition, folderCondition, rowCondition, usageCondition } from './usage-filter.js';
import { type Asked, ROWS, SESSIONS, usageSql } from './usage-sql.js';
import { SUM_COLUMNS, sumsFrom, type UsageSums } from './usage-sums.js';

/** Usage in these days, grouped by keys. Money, counts and tokens are exact, latencies to two digits. */
export function usageBy(
  db: Database,
  days: Days,
  { by, filter }: { by: readonly UsageKey[]; filter?: UsageFilter | undefined },
): UsageGroup[] {
  const source = sourceOf(db, { by, filter, since: days.since });
  const { sql, values } = usageCondition(filter);
  const tags = by.filter(isTag).map(tagName);
  const ask = (asked: Asked): Row[] =>
    db.all(
      usageSql(asked, { keys: by.map(keyOf), days: ['?', '?'], where: sql }),
      ...tags,
      days.since,
      days.until,
      ...values,
    );
  return grouped(by.length, {
    sums: ask({ from: source.sums, each: null, sums: SUM_COLUMNS }),
    failures: ask({ from: source.failures, each: 'failure', sums: ['invocations'] }),
    latencies: ask({ from: source.latencies, each: 'about_ms', sums: ['invocations'] }),
  });
}

/** How the candidates of the races of these days fared, by keys. */
export function racesBy(
  db: Database,
  { since, until }: Days,
  { by, filter }: { by: readonly RaceKey[]; filter?: UsageFilter | undefined },
): RaceGroup[] {
  const { sql: where, values } = rowCondition(filter);
  const keys = by.map(keyOf);
  const rows = db.all(raceSql({ keys, days: ['?', '?'], where }), since, until, ...values);
  return raceGroups(by.length, rows);
}

/** The sums that know all keys; a project and tags are known by the rows alone, and sessions end with their rows. */
function sourceOf(
  db: Database,
  { by, filter, since }: { by: readonly UsageKey[]; filter: UsageFilter | undefined; since: string },
): SumTables {
  if (by.some(isTag) || filter?.project !== undefined) return ROWS;
  if (!by.includes('session')) return BY_DAY;
  const isCut = db.all('SELECT 1 FROM upkeep WHERE rows_since > ?', since).length > 0;
  return isCut ? ROWS : SESSIONS;
}

/** A week begins on Monday. */
const TIMES: Readonly<Partial<Record<UsageKey | RaceKey, string>>> = {
  week: `date(day, 'weekday 0', '-6 days')`,
  month: 'substr(day, 1, 7)',
};

function keyOf(key: UsageKey | RaceKey): string {
  return isTag(key) ? '(SELECT value FROM json_each(tags) WHERE key = ?)' : (TIMES[key] ?? key);
}

function isTag(key: UsageKey | RaceKey): key is `tag:${string}` {
  return key.startsWith('tag:');
}

function tagName(key: string): string {
  return key.slice('tag:'.length);
}

/** Puts the rows of groups together, by the values of their keys. */
export function grouped(
  keyCount: number,
  rows: { sums: readonly Row[]; failures: readonly Row[]; latencies: readonly Row[] },
): UsageGroup[] {
  const keysOf = (row: Row) => Array.from({ length: keyCount }, (_, index) => nameOf(row[`key${index}`]));
  const byKeys = (list: readonly Row[]): Map<string, Row[]> => {
    const found = new Map<string, Row[]>();
    for (const row of list) {
      const id = JSON.stringify(keysOf(row));
      const known = found.get(id);
      if (known === undefined) found.set(id, [row]);
      else known.push(row);
    }
    return found;
  };
  const failures = byKeys(rows.failures);
  const latencies = byKeys(rows.latencies);
  // Without keys there is a row also where there is nothing to add up.
  return rows.sums
    .filter((row) => row.invocations !== null)
    .map((row) => {
      const keys = keysOf(row);
      const id = JSON.stringify(keys);
      return {
        keys,
        sums: sumsOf(row),
        failureTypes: Object.fromEntries(
          (failures.get(id) ?? []).map((one) => [String(one.failure), Number(one.invocations)]),
        ),
        latencies: (latencies.get(id) ?? [])
          .map((one) => ({ aboutMs: Number(one.about_ms), invocations: Number(one.invocations) }))
          .sort((a, b) => a.aboutMs - b.aboutMs),
      };
    });
}

/** The roll-up stores an empty text where a run has no agent, tool or model. */
function nameOf(value: SqlValue | undefined): string | null {
  return value === '' || value === null || value === undefined ? null : String(value);
}

function sumsOf(row: Row): UsageSums {
  return sumsFrom((column) => Number(row[column] ?? 0));
}

/**
 * What budgets count for the invocations without a price, micro-USD: what was reserved for their attempts of unknown cost. Rows that were
 * removed are not in it.
 */
export function countedWithoutPrice(db: Database, { since, until }: Days, filter?: UsageFilter): number {
  const { sql, values } = attemptCondition(filter);
  const [row] = db.all(
    `SELECT coalesce(sum(counted_micro_usd), 0) AS micro_usd FROM attempts WHERE charged_micro_usd IS NULL
      AND invocation_id IN (SELECT id FROM invocations
        WHERE day BETWEEN ? AND ? AND basis = 'unknown' AND billing = 'api')${sql}`,
    since,
    until,
    ...values,
  );
  return Number(row?.micro_usd ?? 0);
}

/** Attempts whose invocation has no row and no reservation: its process was killed, or it waits between two attempts. */
export const UNFINISHED = `attempts.closed = 0
  AND NOT EXISTS (SELECT 1 FROM reservations WHERE reservations.invocation_id = attempts.invocation_id)`;

/** What budgets count for the attempts of an invocation; `null`: none is recorded. */
export function countedOf(db: Database, invocationId: string): number | null {
  const [row] = db.all(
    'SELECT sum(counted_micro_usd) AS micro_usd FROM attempts WHERE invocation_id = ?',
    invocationId,
  );
  return row?.micro_usd === null || row === undefined ? null : Number(row.micro_usd);
}

/** Runs that never ended: those that still have rows, and the sums of those whose rows were removed, which no filter fits. */
export function interruptedIn(db: Database, { since, until }: Days, filter?: UsageFilter): Interrupted {
  const { sql, values } = attemptCondition(filter);
  const removed =
    sql === ''
      ? 'UNION ALL SELECT sum(runs), sum(micro_usd) FROM daily_interrupted WHERE day BETWEEN ? AND ?'
      : '';
  const [row] = db.all(
    `SELECT coalesce(sum(runs), 0) AS runs, coalesce(sum(micro_usd), 0) AS micro_usd FROM (
      SELECT count(DISTINCT invocation_id) AS runs, sum(counted_micro_usd) AS micro_usd FROM attempts
        WHERE ${UNFINISHED} AND day BETWEEN ? AND ?${sql} ${removed})`,
    since,
    until,
    ...values,
    ...(removed === '' ? [] : [since, until]),
  );
  return { runs: Number(row?.runs ?? 0), countedMicroUsd: Number(row?.micro_usd ?? 0) };
}

/** The folders of the projects that have rows and whose folder has this name, in order. */
export function projectsNamed(db: Database, name: string): string[] {
  const { sql, values } = folderCondition('project', { name });
  const rows = db.all(`SELECT DISTINCT project FROM invocations WHERE ${sql} ORDER BY project`, ...values);
  return rows.map(({ project }) => String(project));
}
