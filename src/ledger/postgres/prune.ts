import type { Pruned } from '../ledger.js';
import { BY_SESSION } from '../roll-up.js';
import type { Transaction } from './transaction.js';
import { UNFINISHED } from './usage.js';

/** Removes rows of invocations and attempts from days before `before`, oldest first, at most `atMost` invocations. Sums stay. */
export async function pruneRows(
  tx: Transaction,
  { before, atMost }: { before: string; atMost: number },
): Promise<Pruned> {
  tx.run(`DELETE FROM attempts WHERE invocation_id IN (${OLDEST})`, before, atMost);
  const gone = await tx.all(`DELETE FROM invocations WHERE id IN (${OLDEST}) RETURNING id`, before, atMost);
  const removed = gone.length;
  if (removed > 0) {
    tx.run('UPDATE upkeep SET rows_since = greatest(rows_since, $1)', before);
    for (const table of Object.values(BY_SESSION)) tx.run(`DELETE FROM ${table} WHERE day < $1`, before);
  }
  tx.run('DELETE FROM nested_runs WHERE day < $1', before);
  tx.run('DELETE FROM audit WHERE day < $1', before);
  const isDone = removed < atMost;
  // Rows that are left of these days belong to no invocation.
  if (isDone) keepInterrupted(tx, before);
  return { removed, isDone };
}

const OLDEST = 'SELECT id FROM invocations WHERE day < $1 ORDER BY day, id LIMIT $2';

/** Killed runs have no daily sum yet. */
function keepInterrupted(tx: Transaction, before: string): void {
  tx.run(
    `INSERT INTO daily_interrupted (day, runs, micro_usd)
      SELECT day, count(DISTINCT invocation_id), sum(counted_micro_usd) FROM attempts
        WHERE ${UNFINISHED} AND day < $1 GROUP BY day
      ON CONFLICT (day) DO UPDATE SET runs = daily_interrupted.runs + excluded.runs,
        micro_usd = daily_interrupted.micro_usd + excluded.micro_usd`,
    before,
  );
  tx.run(`DELETE FROM attempts WHERE ${UNFINISHED} AND day < $1`, before);
}

/** The first day whose rows are complete; `null`: none were ever removed. */
export async function rowsSince(tx: Transaction): Promise<string | null> {
  const [row] = await tx.all('SELECT rows_since FROM upkeep');
  const since = String(row?.rows_since ?? '');
  return since === '' ? null : since;
}

/** Whether all old rows were removed today; `today` is an expression. */
export async function isPrunedOn(tx: Transaction, today: string): Promise<boolean> {
  return (await tx.all(`SELECT 1 FROM upkeep WHERE looked_on = ${today}`)).length > 0;
}

/** Removes rows, and marks the day as done once none are left; `null`: another process did. */
export async function pruneOn(
  tx: Transaction,
  today: string,
  limit: { before: string; atMost: number },
): Promise<Pruned | null> {
  if (await isPrunedOn(tx, today)) return null;
  const pruned = await pruneRows(tx, limit);
  if (pruned.isDone) tx.run(`UPDATE upkeep SET looked_on = ${today}`);
  return pruned;
}
