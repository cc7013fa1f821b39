import { BY_DAY, BY_SESSION, type SumTables } from '../roll-up.js';
import { SUM_COLUMNS } from '../usage-sums.js';
import type { Transaction } from './transaction.js';

/** Adds an invocation and its attempts to the sums of its day, and of its session. */
export function rollUp(tx: Transaction, { id, session }: { id: string; session: string | null }): void {
  for (const sql of ROLL_UPS) tx.run(sql, id);
  if (session !== null) for (const sql of SESSION_ROLL_UPS) tx.run(sql, id);
}

const ROLL_UPS = rollUpsOf(BY_DAY, ['day', 'agent', 'tool', 'model']);
const SESSION_ROLL_UPS = rollUpsOf(BY_SESSION, ['day', 'session', 'agent', 'tool', 'model']);

/** What adds an invocation to the sums of some tables by these keys; its id is the value. One statement changes a row only once. */
function rollUpsOf(tables: SumTables, keys: readonly string[]): string[] {
  const into = (table: string, by: readonly string[], sums: readonly string[], where = '') => {
    const added = sums.map((name) => `sum(${name})`);
    const changed = sums.map((name) => `${name} = ${table}.${name} + excluded.${name}`);
    return `INSERT INTO ${table} (${[...by, ...sums].join(', ')})
      SELECT ${[...by, ...added].join(', ')} FROM usage_rows WHERE invocation_id = $1${where} GROUP BY ${by.join(', ')}
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
