import { giveBack } from './family.js';
import type { AttemptRow, InvocationRow } from './ledger.js';
import { rollUp } from './roll-up.js';
import type { Database, Row, SqlValue } from './sqlite.js';

/**
 * Removes a reservation from every scope, with those of its calls. So much of it counts from now on; what is left goes back to where it came
 * from.
 */
export function drop(db: Database, id: string, countedMicroUsd: number): void {
  dropHeld(db, { id, countedMicroUsd, held: heldBy(db, id) });
}

/** The reservation of an attempt, and those of its calls. */
function heldBy(db: Database, id: string): readonly Row[] {
  return db.all('SELECT * FROM reservations WHERE id = ? OR attempt_id = ?', id, id);
}

function dropHeld(
  db: Database,
  { id, countedMicroUsd, held }: { id: string; countedMicroUsd: number; held: readonly Row[] },
): void {
  if (held.length === 0) return;
  for (const row of held) giveBack(db, row, row.id === id ? countedMicroUsd : 0);
  db.run(
    `DELETE FROM reservation_scopes WHERE reservation_id = ?
      OR reservation_id IN (SELECT id FROM reservations WHERE attempt_id = ?)`,
    id,
    id,
  );
  db.run('DELETE FROM reservations WHERE id = ? OR attempt_id = ?', id, id);
}

/** Adds to the sum of a day in every scope of a JSON list. */
export function countIn(db: Database, where: { scopes: string; day: string }, microUsd: number): void {
  if (microUsd === 0) return;
  for (const scope of JSON.parse(where.scopes) as string[]) {
    db.run(
      `INSERT INTO spend (scope, day, micro_usd) VALUES (?, ?, ?)
        ON CONFLICT (scope, day) DO UPDATE SET micro_usd = micro_usd + excluded.micro_usd`,
      scope,
      where.day,
      microUsd,
    );
  }
}

/**
 * Stores the row of an attempt that has ended and counts it, on the day of its reservation if it had one. Repeating it changes nothing;
 * a sum that another process took back in the meantime is corrected.
 */
export function settleAttempt(db: Database, row: AttemptRow): void {
  const [taken] = db.all('SELECT * FROM attempts WHERE id = ?', row.id);
  if (taken?.final === 1) return;
  const reservations = heldBy(db, row.id);
  const held = reservations.find(({ id }) => id === row.id);
  const before = taken ?? held;
  const day = String(before?.day ?? row.day);
  const scopes = String(before?.scopes ?? row.scopes);
  const reserved = numberOrNull(held?.micro_usd ?? taken?.reserved_micro_usd);
  const counted = row.counted_micro_usd;
  dropHeld(db, { id: row.id, countedMicroUsd: counted, held: reservations });
  insert(db, 'INSERT OR REPLACE INTO attempts', {
    ...row,
    day,
    scopes,
    reserved_micro_usd: reserved,
    overrun_micro_usd: reserved === null ? 0 : Math.max(0, counted - reserved),
    final: 1,
  });
  countIn(db, { scopes, day }, counted - Number(taken?.counted_micro_usd ?? 0));
}

function numberOrNull(value: SqlValue | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

/** Stores the row of an invocation, after those of its attempts, and adds all to the sums of its day; repeating it changes nothing. */
export function recordInvocation(db: Database, row: InvocationRow): void {
  if (insert(db, 'INSERT INTO invocations', row, 'ON CONFLICT (id) DO NOTHING') === 0) return;
  db.run('UPDATE attempts SET closed = 1 WHERE invocation_id = ?', row.id);
  rollUp(db, row);
}

/** Inserts a row by the names of its columns; returns how many rows that changed. */
function insert(db: Database, into: string, row: Row, otherwise = ''): number {
  const names = Object.keys(row);
  const places = names.map(() => '?').join(', ');
  return db.run(`${into} (${names.join(', ')}) VALUES (${places}) ${otherwise}`, ...Object.values(row));
}
