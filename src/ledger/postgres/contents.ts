import type { Connection } from './connection.js';
import { quotedName } from './literal.js';
import { reservedNow } from './spend.js';
import { LONG_MS, transaction } from './transaction.js';

/** How much is in a ledger. */
export interface Contents {
  /** Of all tables and indexes. */
  bytes: number;
  /** Rows; the sums of older days outlive theirs. */
  invocations: number;
  /** What is reserved now, by runs that may be dead too. */
  reservations: { count: number; microUsd: number };
}

/** Counts what is there, and takes nothing back. */
export async function contentsOf(connection: Connection, schema: string): Promise<Contents> {
  return transaction(connection, { kind: 'read', schema, lock: null, waitMs: LONG_MS }, async (tx) => {
    const [reservations, [row]] = await Promise.all([
      reservedNow(tx),
      tx.all(
        `SELECT (SELECT count(*) FROM invocations) AS invocations, (SELECT sum(pg_total_relation_size(oid))
          FROM pg_catalog.pg_class WHERE relkind = 'r' AND relnamespace = to_regnamespace($1)) AS bytes`,
        quotedName(schema),
      ),
    ]);
    return { bytes: Number(row?.bytes ?? 0), invocations: Number(row?.invocations ?? 0), reservations };
  });
}
