import type { AttemptRow, Ledger } from '../../src/ledger/ledger.js';
import { openDatabase } from '../../src/ledger/sqlite.js';

export { openLedger } from '../../src/ledger/open-ledger.js';

/** Reserves, begins and settles one attempt, under so many budgets. */
export async function pay(ledger: Ledger, id: string, budgets = 2): Promise<void> {
  const period = new Date().toISOString().slice(0, 10);
  const scopes = scopesOf(budgets);
  await ledger.admit({
    id: `${id}:1`,
    attemptId: null,
    invocationId: id,
    n: 1,
    atMs: Date.now(),
    scopes,
    agent: 'a',
    tool: 't',
    model: 'm',
    // Every second budget counts by the month.
    queries: scopes.map((scope, n) => ({ scope, period: n % 2 === 0 ? period : period.slice(0, 7) })),
    family: null,
    decide: () => ({ reserveMicroUsd: 100 }),
  });
  await ledger.begin(`${id}:1`);
  await ledger.settle({ ...sampleRow(id), scopes: JSON.stringify(scopes) });
}

/** The names of so many budgets. */
export function scopesOf(budgets: number): string[] {
  return ['global', 'agent', ...Array.from({ length: budgets - 2 }, (_, n) => `project ${n}`)];
}

/** A settled attempt, as the bench writes it. */
export function sampleRow(id: string): AttemptRow {
  return {
    id: `${id}:1`,
    invocation_id: id,
    n: 1,
    day: new Date().toISOString().slice(0, 10),
    scopes: '["global","agent"]',
    agent: 'a',
    tool: 't',
    model: 'm',
    provider: null,
    started_ms: Date.now(),
    status: 'succeeded',
    failure: null,
    latency_ms: 1,
    input_tokens: 1,
    cache_read_tokens: null,
    cache_write_tokens: null,
    cache_write_1h_tokens: null,
    output_tokens: 1,
    reasoning_tokens: null,
    total_tokens: 2,
    charged_micro_usd: 1,
    list_micro_usd: 1,
    basis: 'computed',
    billing: 'api',
    counted_micro_usd: 1,
    calls: null,
  };
}

/** Attempts of the last 400 days, with the sums that the ledger would have kept of them. */
export async function fillHistory(file: string, rows: number): Promise<void> {
  const db = await openDatabase(file);
  if (db === null) throw new Error('this Node has no SQLite');
  const row = { ...sampleRow('x'), reserved_micro_usd: null, overrun_micro_usd: 0, final: 1 };
  const names = Object.keys(row);
  const sql = `INSERT INTO attempts (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})`;
  db.exec('BEGIN');
  for (let n = 0; n < rows; n++) {
    const day = new Date(Date.now() - (n % 400) * 86_400_000).toISOString().slice(0, 10);
    db.run(sql, ...Object.values({ ...row, id: `old-${n}:1`, invocation_id: `old-${n}`, day }));
  }
  for (const scope of ['global', 'agent'])
    db.run(`INSERT INTO spend SELECT ?, day, count(*) FROM attempts GROUP BY day`, scope);
  db.exec('COMMIT');
  db.close();
}
