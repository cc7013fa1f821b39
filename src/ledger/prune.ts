import type { Pruned } from './ledger.js';
import { BY_SESSION } from './roll-up.js';
import type { Database } from './sqlite.js';
import { UNFINISHED } from './usage.js';

/**
 * Removes rows of invocations and attempts from days before `before`, oldest first, at most `atMost` invocations. Daily sums and budgets
 * stay. Runs inside a transaction of the caller.
 */
export function pruneRows(db: Database, { before, atMost }: { before: string; atMost: number }): Pruned {
  db.run(`DELETE FROM attempts WHERE invocation_id IN (${OLDEST})`, before, atMost);
  const removed = db.run(`DELETE FROM invocations WHERE id IN (${OLDEST})`, before, atMost);
  if (removed > 0) {
    db.run('UPDATE upkeep SET rows_since = max(rows_since, ?)', before);
    for (const table of Object.values(BY_SESSION)) db.run(`DELETE FROM ${table} WHERE day < ?`, before);
  }
  db.run('DELETE FROM nested_runs WHERE day < ?', before);
  const isDone = removed < atMost;
  // Rows that are left of these days belong to no invocation.
  if (isDone) keepInterrupted(db, before);
  return { removed, isDone };
}

const OLDEST = 'SELECT id FROM invocations WHERE day < ? ORDER BY day, rowid LIMIT ?';

/** Killed runs have no daily sum yet. */
function keepInterrupted(db: Database, before: string): void {
  db.run(
    `INSERT INTO daily_interrupted (day, runs, micro_usd)
      SELECT day, count(DISTINCT invocation_id), sum(counted_micro_usd) FROM attempts
        WHERE ${UNFINISHED} AND day < ? GROUP BY day
      ON CONFLICT (day) DO UPDATE SET runs = runs + excluded.runs, micro_usd = micro_usd + excluded.micro_usd`,
    before,
  );
  db.run(`DELETE FROM attempts WHERE ${UNFINISHED} AND day < ?`, before);
}

/** The first day whose rows are complete; `null`: none were ever removed. */
export function rowsSince(db: Database): string | null {
  const since = db.all('SELECT rows_since FROM upkeep')[0]?.rows_since ?? '';
  return since === '' ? null : String(since);
}

/** Whether all old rows were removed today. */
export function isPrunedOn(db: Database, today: string): boolean {
  return db.all('SELECT 1 FROM upkeep WHERE looked_on = ?', today).length > 0;
}

/** Removes rows, and marks the day as done once none are left. */
export function pruneOn(db: Database, today: string, limit: { before: string; atMost: number }): Pruned {
  const pruned = pruneRows(db, limit);
  if (pruned.isDone) db.run('UPDATE upkeep SET looked_on = ?', today);
  return pruned;
}
