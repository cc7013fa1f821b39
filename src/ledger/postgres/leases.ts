import type { Asker } from './dead.js';
import type { Transaction } from './transaction.js';

/** Marks that the tool is about to start; `false`: the reservation, or that of the attempt of a call, is gone. */
export async function setBegun(tx: Transaction, id: string): Promise<boolean> {
  const rows = await tx.last(
    `UPDATE reservations SET begun = 1 WHERE id = $1 AND (attempt_id IS NULL
      OR EXISTS (SELECT 1 FROM reservations AS own WHERE own.id = reservations.attempt_id)) RETURNING id`,
    id,
  );
  return rows.length === 1;
}

/** Stores the cost so far, and extends the lease. Returns what the reservation holds; `null`: it is gone. */
export async function setSeen(
  tx: Transaction,
  { now, leaseMs }: Asker & { leaseMs: number },
  { id, seenMicroUsd }: { id: string; seenMicroUsd: number },
): Promise<number | null> {
  tx.run(`UPDATE reservations SET expires_ms = ${now} + $1 WHERE attempt_id = $2`, leaseMs, id);
  const [row] = await tx.last(
    `UPDATE reservations SET seen_micro_usd = greatest(seen_micro_usd, $1), expires_ms = ${now} + $2 WHERE id = $3
      RETURNING micro_usd`,
    seenMicroUsd,
    leaseMs,
    id,
  );
  return row === undefined ? null : Number(row.micro_usd);
}
