import type { Database } from './sqlite.js';
import { SUM_COLUMNS } from './usage-sums.js';

/** The tables of sums that are kept in the same transaction as the rows. */
export interface SumTables {
  sums: string;
  failures: string;
  latencies: string;
}

export const BY_DAY: SumTables = {
  sums: 'daily_usage',
  failures: 'daily_failures',
  latencies: 'daily_latencies',
};

/** Only of runs in sessions. */
export const BY_SESSION: SumTables = {
  sums: 'daily_session_usage',
  failures: 'daily_session_failures',
  latencies: 'daily_session_latencies',
};

/** Adds an invocation and its attempts to the sums of its day, and of its session. */
export function rollUp(db: Database, { id, session }: { id: string; session: string | null }): void {
  for (const sql of ROLL_UPS) db.run(sql, id);
  if (session !== null) for (const sql of SESSION_ROLL_UPS) db.run(sql, id);
}

const ROLL_UPS = rollUpsOf(BY_DAY, 'day, agent, tool, model');
const SESSION_ROLL_UPS = rollUpsOf(BY_SESSION, 'day, session, agent, tool, model');

/** What adds an invocation to the sums of some tables by these keys; its id is the value. */
function rollUpsOf(tables: SumTables, keys: string): string[] {
  const add = (names: readonly string[]) =>
    names.map((name) => `${name} = ${name} + excluded.${name}`).join(', ');
  const into = (table: string, by: string, { sums, where }: { sums: readonly string[]; where: string }) =>
    `INSERT INTO ${table} (${by}, ${sums.join(', ')})
      SELECT ${by}, ${sums.join(', ')} FROM usage_rows WHERE invocation_id = ?${where}
      ON CONFLICT (${by}) DO UPDATE SET ${add(sums)}`;
  const count = (column: string) => ({ sums: ['invocations'], where: ` AND ${column} IS NOT NULL` });
  return [
    into(tables.sums, keys, { sums: SUM_COLUMNS, where: '' }),
    into(tables.failures, `${keys}, failure`, count('failure')),
    into(tables.latencies, `${keys}, about_ms`, count('about_ms')),
  ];
}
