import type { AttemptRow, InvocationRow, RunRecords } from '../ledger.js';
import type { Row } from './connection.js';
import { giveBack } from './family.js';
import { type Given, literal } from './literal.js';
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
  if (by.rows.length === 0) return;
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

/** What an attempt adds to the sums of its day, in every scope of a JSON list. */
interface Counted {
  scopes: string;
  day: string;
  microUsd: number;
}

/** Adds to the sums of days in scopes, by one statement. */
export function countIn(tx: Transaction, all: readonly Counted[]): void {
  const sums = new Map<string, { scope: string; day: string; microUsd: number }>();
  for (const { scopes, day, microUsd } of all)
    for (const scope of new Set(JSON.parse(scopes) as string[])) {
      const key = `${day} ${scope}`;
      sums.set(key, { scope, day, microUsd: (sums.get(key)?.microUsd ?? 0) + microUsd });
    }
  const changed = [...sums.values()].filter(({ microUsd }) => microUsd !== 0);
  if (changed.length === 0) return;
  tx.run(
    `INSERT INTO spend (scope, day, micro_usd) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[])
      ON CONFLICT (scope, day) DO UPDATE SET micro_usd = spend.micro_usd + excluded.micro_usd`,
    changed.map(({ scope }) => scope),
    changed.map(({ day }) => day),
    changed.map(({ microUsd }) => microUsd),
  );
}

/**
 * Stores the records of runs, in two round trips, and returns the ids of those that were new: repeating it changes nothing. An attempt counts
 * on the day of its reservation if it had one; a sum that was taken back in the meantime is corrected.
 */
export async function addRecords(tx: Transaction, records: readonly RunRecords[]): Promise<string[]> {
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
    const added: string[] = [];
    for (const one of records) added.push(...(await addRecords(tx, [one])));
    return added;
  }
  const before = new Map(taken.map((row) => [row.id, row]));
  const old = new Set(recorded.map(({ id }) => id));
  const settled = [...attempts.values()].filter(({ id }) => before.get(id)?.final !== 1);
  const ended = [...invocations.values()].filter(({ id }) => !old.has(id));
  settleAll(tx, settled, { before, held, amounts, ended: new Set(ended.map(({ id }) => id)) });
  recordAll(tx, ended);
  return [...settled, ...ended].map(({ id }) => id);
}

function byId<T extends { id: string }>(rows: readonly T[]): Map<string, T> {
  return new Map([...rows].reverse().map((row) => [row.id, row]));
}

/** What is known of attempts before they are stored. */
interface Known {
  before: ReadonlyMap<unknown, Row>;
  held: readonly Row[];
  amounts: readonly Row[];
  /** The invocations that are stored with them. */
  ended: ReadonlySet<string>;
}

function settleAll(tx: Transaction, attempts: readonly AttemptRow[], known: Known): void {
  const rows: StoredRow[] = [];
  const counted: Counted[] = [];
  for (const row of attempts) {
    const { id, invocation_id: invocation, counted_micro_usd: microUsd } = row;
    const taken = known.before.get(id);
    const held = known.held.filter((one) => one.id === id || one.attempt_id === id);
    const own = held.find((one) => one.id === id);
    const day = String((taken ?? own)?.day ?? row.day);
    const scopes = String((taken ?? own)?.scopes ?? row.scopes);
    const reserved = numberOrNull(own?.micro_usd ?? taken?.reserved_micro_usd);
    dropKnown(tx, id, { countedMicroUsd: microUsd, rows: held, amounts: known.amounts });
    const overrun = reserved === null ? 0 : Math.max(0, microUsd - reserved);
    const closed = known.ended.has(invocation) ? { closed: 1 } : {};
    rows.push({
      ...row,
      ...{ day, scopes, reserved_micro_usd: reserved, overrun_micro_usd: overrun, final: 1, ...closed },
    });
    counted.push({ scopes, day, microUsd: microUsd - Number(taken?.counted_micro_usd ?? 0) });
  }
  putAll(tx, 'attempts', rows);
  countIn(tx, counted);
}

function numberOrNull(value: Row[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function recordAll(tx: Transaction, invocations: readonly InvocationRow[]): void {
  if (invocations.length === 0) return;
  const rows = invocations.map((row) => ({ ...row, tags: withoutNul(row.tags) }));
  const ids = rows.map(({ id }) => id);
  putAll(tx, 'invocations', rows);
  tx.run('UPDATE attempts SET closed = 1 WHERE closed = 0 AND invocation_id = ANY($1::text[])', ids);
  rollUp(tx, rows);
}

/** PostgreSQL reads no JSON with an escaped NUL. */
function withoutNul(json: string): string {
  if (!json.includes('\\u0000')) return json;
  return JSON.stringify(JSON.parse(json), (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value,
  );
}

type StoredRow = Readonly<Record<string, Given>>;

/** Stores rows by the names of their columns; replaces those with the same ids. Rows that earlier versions have kept may lack columns. */
function putAll(tx: Transaction, table: string, rows: readonly StoredRow[]): void {
  const alike = new Map<string, StoredRow[]>();
  for (const row of rows) {
    const columns = Object.keys(row).join(', ');
    const some = alike.get(columns);
    if (some === undefined) alike.set(columns, [row]);
    else some.push(row);
  }
  for (const [columns, some] of alike) {
    const replaced = columns.split(', ').map((name) => `${name} = excluded.${name}`);
    const values = some.map((row) => `(${Object.values(row).map(literal).join(', ')})`);
    tx.run(
      `INSERT INTO ${table} (${columns}) VALUES ${values.join(', ')} ON CONFLICT (id) DO UPDATE SET ${replaced.join(', ')}`,
    );
  }
}
