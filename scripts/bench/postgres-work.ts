import type { Ledger } from '../../src/ledger/ledger.js';
import { openLedger } from '../../src/ledger/open-ledger.js';
import type { PostgresPlace } from '../../src/ledger/postgres/place.js';
import { type PostgresServer, sql } from '../../test/postgres/server.js';
import { pay, sampleRow, scopesOf } from './ledger-work.js';

export { HAS_POSTGRES, sql, startServer, stop } from '../../test/postgres/server.js';
export { pay };

/** What a worker is told: which ledger, and how often it pays. */
export interface Work {
  file: string;
  shared: PostgresPlace | null;
  count: number;
}

/** The ledger in a schema of a server. */
export function placeOf({ url }: PostgresServer, schema: string): PostgresPlace {
  return { url, schema, leaseMs: 15_000, connectTimeoutMs: 60_000, env: {} };
}

export async function opened({ file, shared }: Omit<Work, 'count'>): Promise<Ledger> {
  const ledger = await openLedger({ file, now: Date.now, shared });
  if (!ledger.ok) throw new Error(ledger.error.message);
  return ledger.value;
}

/** Opens the ledger, waits until all others have, pays as often as it is told, and hands its times to the parent. */
export async function work({ count, ...place }: Work): Promise<void> {
  const ledger = await opened(place);
  process.send?.('ready');
  await new Promise((go) => process.once('message', go));
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const start = performance.now();
    await pay(ledger, `${process.pid}-${n}`);
    times.push(performance.now() - start);
  }
  ledger.close();
  process.send?.(times, () => process.disconnect());
}

/** Attempts of the last 400 days under so many budgets, with the sums that the ledger would have kept of them. */
export function fillHistory(
  server: PostgresServer,
  schema: string,
  by: { rows: number; budgets: number },
): void {
  const scopes = scopesOf(by.budgets);
  const row = {
    ...sampleRow('x'),
    overrun_micro_usd: 0,
    final: 1,
    closed: 1,
    scopes: JSON.stringify(scopes),
  };
  const day = `to_char(now() - (n % 400) * interval '1 day', 'YYYY-MM-DD')`;
  const own: Record<string, string> = { id: `'old-' || n || ':1'`, invocation_id: `'old-' || n`, day };
  const values = Object.entries(row).map(([name, value]) => own[name] ?? literal(value));
  sql(
    server,
    `SET search_path TO ${schema};
     INSERT INTO attempts (${Object.keys(row).join(', ')}) SELECT ${values.join(', ')} FROM generate_series(1, ${by.rows}) AS n;
     INSERT INTO spend SELECT scope, day, count(*) FROM attempts, json_array_elements_text('${row.scopes}') AS scope GROUP BY 1, 2;
     ANALYZE`,
  );
}

function literal(value: string | number | null): string {
  return typeof value === 'string' ? `'${value}'` : String(value ?? 'NULL');
}
