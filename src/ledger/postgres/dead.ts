import type { Liveness } from '../../process/identity.js';
import type { Row } from './connection.js';
import { countIn, drop } from './records.js';
import type { Transaction } from './transaction.js';

/** Who asks, and what time it is. */
export interface Asker {
  /** An expression for the time of the database, ms since the epoch. */
  now: string;
  /** Identity of this process, as text. */
  owner: string;
  /** Whether the process behind an owner is alive; of an unknown one its lease decides. */
  livenessOf: (owner: string) => Liveness;
}

/** The owners of reservations, and whether a lease of theirs has ended. */
export function ownersOf(tx: Transaction, { now }: Asker): Promise<Row[]> {
  return tx.all(`SELECT owner, min(expires_ms) <= ${now} AS is_over FROM reservations GROUP BY owner`);
}

/** Whether something is to be taken back from these owners. */
export function isAnyDead(owners: readonly Row[], asker: Asker): boolean {
  return owners.some(({ owner, is_over: isOver }) => isOver === true || isSeenDead(String(owner), asker));
}

function isSeenDead(owner: string, asker: Asker): boolean {
  return owner !== asker.owner && asker.livenessOf(owner) === 'dead';
}

/**
 * Takes back what owners hold whose lease has ended, or that are seen to be dead. A tool that had not started cost nothing. One that had may
 * have gone on without the router, so the whole reservation counts, or the cost seen so far where that is more; of one whose calls are
 * known, what they cost and what the open ones hold. An owner that is alive after all corrects the sum when it settles.
 */
export async function takeBack(tx: Transaction, asker: Asker): Promise<void> {
  const rows = await tx.all(
    `SELECT *, expires_ms <= ${asker.now} AS is_over FROM reservations ORDER BY place`,
  );
  const dead = rows.filter(
    ({ is_over: isOver, owner }) => isOver === true || isSeenDead(String(owner), asker),
  );
  for (const { id } of dead) {
    const calls = await tx.all(
      'SELECT * FROM reservations WHERE (id = $1 AND attempt_id IS NOT NULL) OR attempt_id = $1',
      String(id),
    );
    for (const call of calls) await takeBackCall(tx, call);
  }
  // Nested runs come after the outer ones whose money they have taken over, and give it back before those are counted.
  for (const { id } of [...dead].reverse()) {
    const [row] = await tx.all('SELECT * FROM reservations WHERE id = $1', String(id));
    if (row?.begun === 1) await countAsInterrupted(tx, row);
    else if (row !== undefined) await drop(tx, String(row.id), 0);
  }
}

/** An open call counts as all that it holds. */
async function takeBackCall(tx: Transaction, row: Row): Promise<void> {
  const { id, attempt_id: attemptId, begun, micro_usd: held } = row;
  await settleCall(tx, {
    id: String(id),
    attemptId: String(attemptId),
    microUsd: begun === 1 ? Number(held) : 0,
  });
}

/**
 * Replaces the reservation of a call by its cost, which its attempt holds from then on. Of one that is gone nothing is added: it was
 * settled before, or taken back as all that it held.
 */
export async function settleCall(
  tx: Transaction,
  { id, attemptId, microUsd }: { id: string; attemptId: string; microUsd: number },
): Promise<void> {
  const known = await tx.all('SELECT 1 FROM reservations WHERE id = $1', id);
  if (known.length === 0) return;
  await drop(tx, id, microUsd);
  tx.run(
    'UPDATE reservation_scopes SET micro_usd = micro_usd + $1 WHERE reservation_id = $2',
    microUsd,
    attemptId,
  );
  tx.run(
    'UPDATE reservations SET micro_usd = micro_usd + $1, seen_micro_usd = seen_micro_usd + $1 WHERE id = $2',
    microUsd,
    attemptId,
  );
}

async function countAsInterrupted(tx: Transaction, row: Row): Promise<void> {
  const held = Number(row.micro_usd);
  const seen = Number(row.seen_micro_usd);
  const counted = Math.max(held, seen);
  const { id, invocation_id: invocation, n, day, scopes, agent, tool, model, created_ms: startedMs } = row;
  tx.run(
    `INSERT INTO attempts (id, invocation_id, n, day, scopes, agent, tool, model, started_ms, status, charged_micro_usd, basis,
      billing, counted_micro_usd, reserved_micro_usd, overrun_micro_usd, final)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'interrupted', $10, 'unknown', 'api', $11, $12, $13, 0)`,
    ...[id, invocation, n, day, scopes, agent, tool, model, startedMs].map((value) => value ?? null),
    seen === 0 ? null : seen,
    counted,
    held,
    Math.max(0, counted - held),
  );
  countIn(tx, [{ scopes: String(scopes), day: String(day), microUsd: counted }]);
  await drop(tx, String(id), counted);
}
