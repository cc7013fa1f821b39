import { BY_DAY, BY_SESSION, type SumTables } from './roll-up.js';
import { SUM_COLUMNS } from './usage-sums.js';

/** One of the questions that a report asks. */
export interface Asked {
  /** A table or view. */
  from: string;
  /** Another column to group by, where it has a value. */
  each: string | null;
  sums: readonly string[];
}

/** What an engine writes in its own way. */
interface Dialect {
  /** The expressions to group by. */
  keys: readonly string[];
  /** Placeholders of the first and the last day. */
  days: readonly [string, string];
  /** More conditions, each begun with `AND`. */
  where: string;
}

/** The query that sums the rows of some days by keys, for every engine. */
export function usageSql({ from, each, sums }: Asked, { keys, days: [first, last], where }: Dialect): string {
  const named = keys.map((key, index) => `${key} AS key${index}`);
  const groups = each === null ? named : [...named, each];
  // A group from which all runs were taken away again has neither.
  const counted = COUNTS.filter((name) => sums.includes(name))
    .map((name) => `sum(${name}) > 0`)
    .join(' OR ');
  const shown = [...groups, ...sums.map((name) => `sum(${name}) AS ${name}`)];
  return [
    `SELECT ${shown.join(', ')} FROM ${from} WHERE day BETWEEN ${first} AND ${last}${where}`,
    each === null ? '' : `AND ${each} IS NOT NULL`,
    groups.length === 0 ? '' : `GROUP BY ${groups.map((_, index) => index + 1).join(', ')} HAVING ${counted}`,
  ].join(' ');
}

const COUNTS = ['invocations', 'attempts'];

/** The rows themselves. */
export const ROWS: SumTables = { sums: 'usage_rows', failures: 'usage_rows', latencies: 'usage_rows' };

/** The sums of sessions, and as those without a session what is left of the sums by day. */
export const SESSIONS: SumTables = {
  sums: sessionsFrom('sums', SUM_COLUMNS),
  failures: sessionsFrom('failures', ['invocations'], 'failure'),
  latencies: sessionsFrom('latencies', ['invocations'], 'about_ms'),
};

function sessionsFrom(kind: keyof SumTables, sums: readonly string[], each?: string): string {
  const select = (session: string, sign: '' | '-', from: string) =>
    `SELECT ${[
      `day, ${session} AS session, agent, tool, model`,
      ...(each === undefined ? [] : [each]),
      ...sums.map((name) => `${sign}${name} AS ${name}`),
    ].join(', ')} FROM ${from}`;
  return `(${[
    select('session', '', BY_SESSION[kind]),
    select('NULL', '', BY_DAY[kind]),
    select('NULL', '-', BY_SESSION[kind]),
  ].join(' UNION ALL ')}) AS by_session`;
}
