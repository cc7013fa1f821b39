import { BY_DAY, BY_SESSION, type SumTables } from '../roll-up.js';
import { SUM_COLUMNS } from '../usage-sums.js';
import type { Transaction } from './transaction.js';

/** Adds invocations and their attempts to the sums of their days, and of their sessions. */
export function rollUp(tx: Transaction, rows: readonly { id: string; session: string | null }[]): void {
  const ids = rows.map(({ id }) => id);
  for (const sql of ROLL_UPS) tx.run(sql, ids);
  const ofSessions = rows.filter(({ session }) => session !== null).map(({ id }) => id);
  if (ofSessions.length > 0) for (const sql of SESSION_ROLL_UPS) tx.run(sql, ofSessions);
}

const ROLL_UPS = rollUpsOf(BY_DAY, ['day', 'agent', 'tool', 'model']);
const SESSION_ROLL_UPS = rollUpsOf(BY_SESSION, ['day', 'session', 'agent', 'tool', 'model']);

/** What adds invocations to the sums of some tables by these keys; their ids are the value. One statement changes a row only once. */
function rollUpsOf(tables: SumTables, keys: readonly string[]): string[] {
  const into = (table: string, by: readonly string[], sums: readonly string[], where = '') => {
    const added = sums.map((name) => `sum(${name})`);
    const changed = sums.map((name) => `${name} = ${table}.${name} + excluded.${name}`);
    return `INSERT INTO ${table} (${[...by, ...sums].join(', ')})
      SELECT ${[...by, ...added].join(', ')} FROM usage_rows WHERE invocation_id = ANY($1::text[])${where} GROUP BY ${by.join(', ')}
      ON CONFLICT (${by.join(', ')}) DO UPDATE SET ${changed.join(', ')}`;
  };
  const counted = (table: string, column: string) =>
    into(table, [...keys, column], ['invocations'], ` AND ${column} IS NOT NULL`);
  return [
    into(tables.sums, keys, SUM_COLUMNS),
    counted(tables.failures, 'failure'),
    counted(tables.latencies, 'about_ms'),
  ];
}
