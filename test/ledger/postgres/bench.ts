import { randomBytes } from 'node:crypto';
import type { Ledger } from '../../../src/ledger/ledger.js';
import { type Database, databaseAt, prepare } from '../../../src/ledger/postgres/database.js';
import type { PostgresPlace } from '../../../src/ledger/postgres/place.js';
import { postgresLedger } from '../../../src/ledger/postgres/postgres-ledger.js';
import { EXPIRY_MS } from '../../../src/ledger/sqlite-ledger.js';
import { postgresServer } from '../../postgres/server.js';
import type { Bench } from '../engines.js';

/** Where a ledger of a test is: a schema of its own on the server of the run. */
export async function testPlace(more: Partial<PostgresPlace> = {}): Promise<PostgresPlace> {
  const { url } = await postgresServer();
  const schema = `test_${randomBytes(6).toString('hex')}`;
  return { url, schema, leaseMs: EXPIRY_MS, connectTimeoutMs: 5000, env: {}, ...more };
}

/** Looks for rows that no run can explain. */
const FAULTS = `SELECT 'a scope without its reservation: ' || reservation_id AS fault FROM reservation_scopes
    WHERE reservation_id NOT IN (SELECT id FROM reservations)
  UNION ALL SELECT 'a negative sum: ' || scope FROM spend WHERE micro_usd < 0
  UNION ALL SELECT 'spend that is not that of the attempts: ' || scope FROM (
    SELECT scope, day, sum(micro_usd) AS micro_usd FROM (
      SELECT scope, day, micro_usd FROM spend
      UNION ALL SELECT scope, day, -counted_micro_usd FROM attempts, json_array_elements_text(scopes::json) AS scope
    ) AS both_sides GROUP BY 1, 2) AS left_over WHERE micro_usd <> 0`;

/** Thousands of schedules must not fail for a moment in which a busy machine does not answer, ms. */
const PATIENT_MS = 60_000;

/** A bench in a schema of its own. */
export function postgresBench(): Bench {
  const dead = new Set<string>();
  const open = new Map<string, Ledger>();
  let database: Promise<{ database: Database; schema: string }> | null = null;
  const connected = async () => {
    const { socketUrl: url } = await postgresServer();
    const place = await testPlace({ url, connectTimeoutMs: PATIENT_MS });
    const found = databaseAt(place, { now: () => bench.nowMs, most: 2 });
    if (!found.ok) throw new Error(found.error.message);
    const readiness = await prepare(found.value, { makes: true });
    if (readiness !== 'ready') throw new Error(`the schema is not ready: ${JSON.stringify(readiness)}`);
    return { database: found.value, schema: place.schema };
  };
  const bench: Bench = {
    nowMs: Date.UTC(2026, 10, 20, 12),
    seen: new Set(),
    as: async (owner) => {
      database ??= connected();
      const { database: known, schema } = await database;
      const ledger =
        open.get(owner) ??
        postgresLedger({
          ...known,
          schema,
          get now() {
            return `${bench.nowMs}::bigint`;
          },
          leaseMs: EXPIRY_MS,
          owner,
          livenessOf: (other) => (dead.has(other) ? 'dead' : bench.seen.has(other) ? 'alive' : 'unknown'),
        });
      open.set(owner, ledger);
      return ledger;
    },
    kill: (owner) => {
      dead.add(owner);
      open.delete(owner);
    },
    faults: async () => {
      if (database === null) return [];
      const { database: known, schema } = await database;
      return known.sessions.use(async (connection) => {
        const [, rows = []] = await connection.run(`SET search_path TO "${schema}"; ${FAULTS}`);
        return rows.map(({ fault }) => String(fault));
      });
    },
    dispose: () => {
      void database?.then(({ database: known }) => known.sessions.close());
    },
  };
  return bench;
}
