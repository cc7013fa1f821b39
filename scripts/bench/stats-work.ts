import { openLedger } from '../../src/ledger/open-ledger.js';
import { BY_DAY, BY_SESSION, type SumTables } from '../../src/ledger/roll-up.js';
import { openDatabase } from '../../src/ledger/sqlite.js';
import { SUM_COLUMNS } from '../../src/ledger/usage-sums.js';
import { type UsageKey, usageReport } from '../../src/reports/usage-report.js';

/** The month of the bench. */
const MONTH = { since: '2026-11-01', until: '2026-11-30' };
const now = (): number => Date.parse('2026-11-30T12:00:00Z');

/** Makes a ledger with so many invocations of one month: 5 agents, 8 pairs of tool and model, 20 sessions a day, latencies of all lengths. */
export async function fillMonth(file: string, rows: number): Promise<void> {
  const made = await openLedger({ file, now });
  if (!made.ok) throw new Error(made.error.message);
  made.value.close();
  const db = await openDatabase(file);
  if (db === null) throw new Error('this Node has no SQLite');
  db.exec('BEGIN');
  db.run(INVOCATIONS, rows);
  db.exec(ATTEMPTS);
  for (const sql of ROLL_UPS) db.exec(sql);
  db.exec('COMMIT');
  db.close();
}

/** One report as `stats --monthly` makes it, from opening the file to closing it: ms on the wall and of the processor. */
export async function timeReport(
  file: string,
  by: UsageKey[] | null,
): Promise<{ wallMs: number; cpuMs: number }> {
  const start = performance.now();
  const before = process.cpuUsage();
  const report = await usageReport({ file, now }, { ...MONTH, period: 'month', by, filter: {} });
  if (!report.ok) throw new Error(report.error.message);
  const { user, system } = process.cpuUsage(before);
  return { wallMs: performance.now() - start, cpuMs: (user + system) / 1000 };
}

/** The longest hold-up by a run that removes old rows in passing, ms. */
export async function timePrune(file: string): Promise<number> {
  const ledger = await openLedger({ file, now });
  if (!ledger.ok) throw new Error(ledger.error.message);
  const times: number[] = [];
  for (let n = 0; n < 20; n++) {
    const start = performance.now();
    await ledger.value.pruneOnceADay({ before: '2026-11-30', atMost: 500 });
    times.push(performance.now() - start);
  }
  ledger.value.close();
  return times.sort((a, b) => a - b)[10] ?? 0;
}

const INVOCATIONS = `
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < ?)
INSERT INTO invocations (id, trace_id, session, day, started_ms, project, policy, agent, tool, model, status, failure, attempts,
  latency_ms, input_tokens, output_tokens, total_tokens, charged_micro_usd, list_micro_usd, basis, billing, because, tags, forced,
  fallback, compared_micro_usd, preferred_micro_usd)
SELECT printf('%026d', n), 't', 's' || (n / 7 % 20), printf('2026-11-%02d', 1 + n % 30), 0, '/p', 'default', 'agent' || (n / 30 % 5),
  'tool' || (n / 150 % 4), 'model' || (n / 150 % 8), CASE WHEN n % 33 = 0 THEN 'failed' ELSE 'succeeded' END,
  CASE WHEN n % 33 = 0 THEN 'rate_limit' END, 1, 1 + abs(random() % 700) * abs(random() % 700), 1000 + n % 977, 200 + n % 101,
  1200 + n % 977 + n % 101, 10000 + n % 7919, 10000 + n % 7919, 'computed', 'api', '[]', '{"team":"core"}', 0, n % 20 = 0,
  10000 + n % 7919, 20000 FROM numbers`;

const ATTEMPTS = `
INSERT INTO attempts (id, invocation_id, n, day, scopes, agent, tool, model, started_ms, status, failure, latency_ms, input_tokens,
  output_tokens, total_tokens, charged_micro_usd, list_micro_usd, basis, billing, counted_micro_usd, overrun_micro_usd, final,
  closed)
SELECT id || ':1', id, 1, day, '["global"]', agent, tool, model, 0, status, failure, latency_ms, input_tokens, output_tokens,
  total_tokens, charged_micro_usd, list_micro_usd, basis, billing, charged_micro_usd, 0, 1, 1 FROM invocations`;

const ROLL_UPS = [
  rollUpsOf(BY_DAY, 'day, agent, tool, model'),
  rollUpsOf(BY_SESSION, 'day, session, agent, tool, model'),
].flat();

function rollUpsOf({ sums, failures, latencies }: SumTables, keys: string): string[] {
  const counted = (table: string, column: string) =>
    `INSERT INTO ${table} SELECT ${keys}, ${column}, count(*) FROM usage_rows WHERE ${column} IS NOT NULL GROUP BY ${keys}, ${column}`;
  return [
    `INSERT INTO ${sums} (${keys}, ${SUM_COLUMNS.join(', ')})
      SELECT ${keys}, ${SUM_COLUMNS.map((name) => `sum(${name})`).join(', ')} FROM usage_rows GROUP BY ${keys}`,
    counted(failures, 'failure'),
    counted(latencies, 'about_ms'),
  ];
}
