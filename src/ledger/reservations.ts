import type { Liveness } from '../process/identity.js';
import { draw, drawableIn, familySpend } from './family.js';
import type { AdmitRequest, Spend, SpendQuery, UsageFilter } from './ledger.js';
import { countIn, drop } from './records.js';
import { dayOf } from './rows.js';
import type { Database, Row } from './sqlite.js';
import { attemptCondition } from './usage-filter.js';

/** The sums of queries: settled by the roll-up, and reserved. */
export function spendOf(
  db: Database,
  queries: readonly SpendQuery[],
  asking: { source: Row | null; day: string },
): Spend[] {
  return queries.map(({ scope, period, familyOf }) => {
    if (familyOf !== undefined) return familySpend(db, familyOf, asking.source);
    const days = daysOf(period);
    // A file holds the runs of one user alone.
    const name = scope === 'team' ? 'global' : scope;
    return {
      settledMicroUsd: sum(db.all(SETTLED, name, days.first, days.last)),
      reservedMicroUsd: sum(db.all(RESERVED, name, days.first, days.last)),
      drawableMicroUsd: drawableIn(db, asking.source, { scope: name, day: asking.day }),
    };
  });
}

const SETTLED =
  'SELECT coalesce(sum(micro_usd), 0) AS sum FROM spend WHERE scope = ? AND day BETWEEN ? AND ?';
const RESERVED = `SELECT coalesce(sum(reservation_scopes.micro_usd), 0) AS sum FROM reservation_scopes
  JOIN reservations ON id = reservation_id WHERE scope = ? AND day BETWEEN ? AND ?`;

function sum(rows: readonly Row[]): number {
  return Number(rows[0]?.sum ?? 0);
}

/** The period of a sum over all days. */
export const ALWAYS = 'always';

/** Days compare as text; no month has a day 32. */
function daysOf(period: string): { first: string; last: string } {
  if (period === ALWAYS) return { first: '', last: '~' };
  return period.length === 7
    ? { first: `${period}-01`, last: `${period}-31` }
    : { first: period, last: period };
}

/** What is reserved now, in all scopes together. */
export function reservedNow(db: Database, filter?: UsageFilter): { count: number; microUsd: number } {
  const { sql, values } = attemptCondition(filter);
  const [row] = db.all(
    `SELECT count(DISTINCT coalesce(attempt_id, id)) AS count, coalesce(sum(micro_usd), 0) AS sum FROM reservations WHERE 1${sql}`,
    ...values,
  );
  return { count: Number(row?.count ?? 0), microUsd: Number(row?.sum ?? 0) };
}

/** Stores a reservation in all of its scopes; an existing one is left as it is. */
export function reserve(
  db: Database,
  request: AdmitRequest<unknown>,
  by: { microUsd: number; nowMs: number; expiresMs: number; owner: string; source: Row | null },
): void {
  if (db.all('SELECT 1 FROM reservations WHERE id = ?', request.id).length > 0) return;
  const { scopes } = request;
  const day = dayOf(request.atMs);
  const drawn = draw(db, by.source, { scopes, day, microUsd: by.microUsd });
  db.run(
    `INSERT INTO reservations (id, attempt_id, invocation_id, n, day, scopes, agent, tool, model, micro_usd, seen_micro_usd,
      begun, created_ms, expires_ms, owner, source, drawn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?, ?)`,
    request.id,
    request.attemptId,
    request.invocationId,
    request.n,
    day,
    JSON.stringify(scopes),
    request.agent,
    request.tool,
    request.model,
    by.microUsd,
    by.nowMs,
    by.expiresMs,
    by.owner,
    by.source?.id ?? null,
    drawn.isDrawn ? 1 : 0,
  );
  // A call is a sign of life of its attempt and of the other calls of that.
  if (request.attemptId !== null)
    db.run(
      'UPDATE reservations SET expires_ms = max(expires_ms, ?) WHERE id = ? OR attempt_id = ?',
      by.expiresMs,
      request.attemptId,
      request.attemptId,
    );
  for (const scope of scopes)
    db.run(
      'INSERT INTO reservation_scopes (scope, reservation_id, micro_usd, drawn) VALUES (?, ?, ?, ?)',
      scope,
      request.id,
      by.microUsd,
      drawn.scopes.has(scope) ? 1 : 0,
    );
}

/** Marks that the tool is about to start; `false`: the reservation, or that of the attempt of a call, is gone. */
export function setBegun(db: Database, id: string): boolean {
  const isPart =
    'attempt_id IS NULL OR EXISTS (SELECT 1 FROM reservations AS own WHERE own.id = reservations.attempt_id)';
  return db.run(`UPDATE reservations SET begun = 1 WHERE id = ? AND (${isPart})`, id) === 1;
}

/** Replaces the reservation of a call by its cost, which its attempt holds from then on. */
export function settleCall(
  db: Database,
  { id, attemptId, microUsd }: { id: string; attemptId: string; microUsd: number },
): void {
  drop(db, id, microUsd);
  db.run(
    'UPDATE reservation_scopes SET micro_usd = micro_usd + ? WHERE reservation_id = ?',
    microUsd,
    attemptId,
  );
  db.run(
    'UPDATE reservations SET micro_usd = micro_usd + ?, seen_micro_usd = seen_micro_usd + ? WHERE id = ?',
    microUsd,
    microUsd,
    attemptId,
  );
}

/** Stores the cost so far, and extends the expiry. Returns what the reservation holds; `null`: it is gone. */
export function setSeen(
  db: Database,
  id: string,
  seen: { seenMicroUsd: number; expiresMs: number },
): number | null {
  db.run(
    'UPDATE reservations SET seen_micro_usd = max(seen_micro_usd, ?), expires_ms = ? WHERE id = ?',
    seen.seenMicroUsd,
    seen.expiresMs,
    id,
  );
  db.run('UPDATE reservations SET expires_ms = ? WHERE attempt_id = ?', seen.expiresMs, id);
  const [row] = db.all('SELECT micro_usd FROM reservations WHERE id = ?', id);
  return row === undefined ? null : Number(row.micro_usd);
}

/**
 * Reservations of dead processes, and those without a heartbeat for too long: also of this process, where a run of it came to no
 * end.
 */
export function deadReservations(
  db: Database,
  by: { nowMs: number; owner: string; livenessOf: (owner: string) => Liveness },
): Row[] {
  const isDead = ({ expires_ms: expiresMs, owner }: Row): boolean =>
    Number(expiresMs) <= by.nowMs || (owner !== by.owner && by.livenessOf(String(owner)) === 'dead');
  return db.all('SELECT * FROM reservations ORDER BY rowid').filter(isDead);
}

/**
 * Takes back reservations of dead processes. A tool that had not started cost nothing. One that had may have gone on without the
 * router, so the whole reservation counts, or the cost seen so far where that is more; of one whose calls are known, what they cost and
 * what the open ones hold. If the process is alive after all, it corrects the sum when it settles.
 */
export function takeBackFrom(db: Database, dead: readonly Row[]): void {
  for (const { id } of dead)
    for (const call of db.all(CALLS_OF, id ?? null, id ?? null)) takeBackCall(db, call);
  // Nested runs come after the outer ones whose money they have taken over, and give it back before those are counted.
  for (const { id } of [...dead].reverse()) {
    const [row] = db.all('SELECT * FROM reservations WHERE id = ?', id ?? null);
    if (row?.begun === 1) countAsInterrupted(db, row);
    else if (row !== undefined) drop(db, String(row.id), 0);
  }
}

/** A call by its id, and those of an attempt. */
const CALLS_OF = 'SELECT * FROM reservations WHERE (id = ? AND attempt_id IS NOT NULL) OR attempt_id = ?';

/** An open call counts as all that it holds. */
function takeBackCall(db: Database, { id, attempt_id: attemptId, begun, micro_usd: held }: Row): void {
  settleCall(db, { id: String(id), attemptId: String(attemptId), microUsd: begun === 1 ? Number(held) : 0 });
}

function countAsInterrupted(db: Database, row: Row): void {
  const { id, invocation_id: invocation, n, day, scopes, agent, tool, model, created_ms: startedMs } = row;
  const counted = Math.max(Number(row.micro_usd), Number(row.seen_micro_usd));
  const seen = Number(row.seen_micro_usd);
  const values = [id, invocation, n, day, scopes, agent, tool, model, startedMs].map(
    (value) => value ?? null,
  );
  db.run(
    `INSERT INTO attempts (id, invocation_id, n, day, scopes, agent, tool, model, started_ms, status, charged_micro_usd, basis,
      billing, counted_micro_usd, reserved_micro_usd, overrun_micro_usd, final)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'interrupted', ?, 'unknown', 'api', ?, ?, ?, 0)`,
    ...values,
    seen === 0 ? null : seen,
    counted,
    Number(row.micro_usd),
    Math.max(0, counted - Number(row.micro_usd)),
  );
  countIn(db, { scopes: String(scopes), day: String(day) }, counted);
  drop(db, String(id), counted);
}
