import type { RaceGroup } from './usage-of-days.js';

/** The query that adds up the candidates of the races of some days by keys, for every engine. */
export function raceSql({
  keys,
  days: [first, last],
  where,
}: {
  /** The expressions to group by. */
  keys: readonly string[];
  /** Placeholders of the first and the last day. */
  days: readonly [string, string];
  /** More conditions, each begun with `AND`. */
  where: string;
}): string {
  const named = keys.map((key, index) => `${key} AS key${index}`);
  const groups = keys.length === 0 ? '' : ` GROUP BY ${keys.map((_, index) => index + 1).join(', ')}`;
  return `SELECT ${[...named, ...SUMS].join(', ')} FROM invocations
    WHERE race_id IS NOT NULL AND day BETWEEN ${first} AND ${last}${where}${groups}`;
}

const SUMS = [
  'count(*) AS candidates',
  'count(DISTINCT race_id) AS races',
  'count(passed) AS judged',
  'coalesce(sum(passed), 0) AS passed',
  'coalesce(sum(charged_micro_usd), 0) AS charged_micro_usd',
  `coalesce(sum(CASE WHEN basis = 'unknown' AND billing = 'api' THEN 1 ELSE 0 END), 0) AS without_price`,
];

/** Rows of the query as groups. */
export function raceGroups(
  keyCount: number,
  rows: readonly Readonly<Record<string, unknown>>[],
): RaceGroup[] {
  return rows.map((row) => ({
    keys: Array.from({ length: keyCount }, (_, index) => {
      const value = row[`key${index}`] ?? null;
      return value === null ? null : String(value);
    }),
    races: Number(row.races),
    candidates: Number(row.candidates),
    judged: Number(row.judged),
    passed: Number(row.passed),
    chargedMicroUsd: Number(row.charged_micro_usd),
    withoutPrice: Number(row.without_price),
  }));
}
