import type { AttemptRow, InvocationRow, RunRecords } from '../ledger.js';
import type { Row } from './connection.js';
import { giveBack } from './family.js';
import type { Given } from './literal.js';
import { rollUp } from './roll-up.js';
import { addAudit } from './shared-records.js';
import type { Transaction } from './transaction.js';

/**
 * Removes a reservation from every scope, with those of its calls. So much of it counts from now on; what is left goes back to where it came
 * from.
 */
export async function drop(tx: Transaction, id: string, countedMicroUsd: number): Promise<void> {
  const [rows, amounts] = await Promise.all([
    tx.all('SELECT * FROM reservations WHERE id = $1 OR attempt_id = $1', id),
    tx.all(
      `SELECT reservation_scopes.* FROM reservation_scopes JOIN reservations ON id = reservation_id
        WHERE reservation_scopes.drawn = 1 AND (id = $1 OR attempt_id = $1)`,
      id,
    ),
  ]);
  dropKnown(tx, id, { countedMicroUsd, rows, amounts });
}

function dropKnown(
  tx: Transaction,
  id: string,
  by: { countedMicroUsd: number; rows: readonly Row[]; amounts: readonly Row[] },
): void {
  for (const row of by.rows) {
    const own = by.amounts.filter((one) => one.reservation_id === row.id);
    giveBack(tx, row, { amounts: own, countedMicroUsd: row.id === id ? by.countedMicroUsd : 0 });
  }
  tx.run(
    `DELETE FROM reservation_scopes WHERE reservation_id = $1
      OR reservation_id IN (SELECT id FROM reservations WHERE attempt_id = $1)`,
    id,
  );
  tx.run('DELETE FROM reservations WHERE id = $1 OR attempt_id = $1', id);
}

/** Adds to the sum of a day in every scope of a JSON list. */
export function countIn(tx: Transaction, where: { scopes: string; day: string }, microUsd: number): void {
  if (microUsd === 0) return;
  tx.run(
    `INSERT INTO spend (scope, day, micro_usd) SELECT DISTINCT scope, $2, $3::bigint FROM unnest($1::text[]) AS scope
      ON CONFLICT (scope, day) DO UPDATE SET micro_usd = spend.micro_usd + excluded.micro_usd`,
    JSON.parse(where.scopes) as string[],
    where.day,
    microUsd,
  );
}

/**
 * Stores the records of runs, in two round trips: repeating it changes nothing. An attempt counts on the day of its reservation if it
 * had one; a sum that was taken back in the meantime is corrected.
 */
export async function addRecords(tx: Transaction, records: readonly RunRecords[]): Promise<void> {
  addAudit(
    tx,
    records.flatMap(({ audit = [] }) => audit),
  );
  const attempts = byId(records.flatMap((one) => one.attempts));
  const invocations = byId(records.flatMap(({ invocation }) => invocation ?? []));
  const ids = [...attempts.keys()];
  const [taken, held, amounts, recorded] = await Promise.all([
    tx.all('SELECT * FROM attempts WHERE id = ANY($1::text[])', ids),
    tx.all('SELECT * FROM reservations WHERE id = ANY($1::text[]) OR attempt_id = ANY($1::text[])', ids),
    tx.all(
      `SELECT reservation_scopes.* FROM reservation_scopes JOIN reservations ON id = reservation_id
        WHERE reservation_scopes.drawn = 1 AND (id = ANY($1::text[]) OR attempt_id = ANY($1::text[]))`,
      ids,
    ),
    tx.all('SELECT id FROM invocations WHERE id = ANY($1::text[])', [...invocations.keys()]),
  ]);
  // What one gives back may be held by the next.
  if (held.length > 0 && records.length > 1) {
    for (const one of records) await addRecords(tx, [one]);
    return;
  }
  for (const row of attempts.values()) {
    const before = taken.find(({ id }) => id === row.id);
    if (before?.final !== 1) settleKnown(tx, row, { taken: before, held, amounts });
  }
  for (const row of invocations.values())
    if (!recorded.some(({ id }) => id === row.id)) recordInvocation(tx, row);
}

function byId<T extends { id: string }>(rows: readonly T[]): Map<string, T> {
  return new Map([...rows].reverse().map((row) => [row.id, row]));
}

function settleKnown(
  tx: Transaction,
  row: AttemptRow,
  known: { taken: Row | undefined; held: readonly Row[]; amounts: readonly Row[] },
): void {
  const { taken, amounts } = known;
  const rows = known.held.filter((one) => one.id === row.id || one.attempt_id === row.id);
  const own = rows.find(({ id }) => id === row.id);
  const before = taken ?? own;
  const day = String(before?.day ?? row.day);
  const scopes = String(before?.scopes ?? row.scopes);
  const reserved = numberOrNull(own?.micro_usd ?? taken?.reserved_micro_usd);
  const counted = row.counted_micro_usd;
  dropKnown(tx, row.id, { countedMicroUsd: counted, rows, amounts });
  put(tx, 'attempts', {
    ...row,
    day,
    scopes,
    reserved_micro_usd: reserved,
    overrun_micro_usd: reserved === null ? 0 : Math.max(0, counted - reserved),
    final: 1,
  });
  countIn(tx, { scopes, day }, counted - Number(taken?.counted_micro_usd ?? 0));
}

function numberOrNull(value: Row[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function recordInvocation(tx: Transaction, row: InvocationRow): void {
  put(tx, 'invocations', { ...row, tags: withoutNul(row.tags) });
  tx.run('UPDATE attempts SET closed = 1 WHERE invocation_id = $1', row.id);
  rollUp(tx, row);
}

/** PostgreSQL reads no JSON with an escaped NUL. */
function withoutNul(json: string): string {
  if (!json.includes('\\u0000')) return json;
  return JSON.stringify(JSON.parse(json), (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value,
  );
}

/** Stores a row by the names of its columns; replaces one with the same id. */
function put(tx: Transaction, table: string, row: Readonly<Record<string, Given>>): void {
  const names = Object.keys(row);
  const places = names.map((_, index) => `$${index + 1}`).join(', ');
  const replaced = names.map((name) => `${name} = excluded.${name}`).join(', ');
  tx.run(
    `INSERT INTO ${table} (${names.join(', ')}) VALUES (${places}) ON CONFLICT (id) DO UPDATE SET ${replaced}`,
    ...Object.values(row),
  );
}
