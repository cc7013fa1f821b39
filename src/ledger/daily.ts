import type { DailyUsage, Days, Interrupted } from './ledger.js';
import type { Database } from './sqlite.js';

/** The roll-up by day, agent, tool and model, oldest day first. */
export function dailyUsage(db: Database, days: Days): DailyUsage[] {
  const rows = db.all(
    'SELECT * FROM daily_usage WHERE day BETWEEN ? AND ? ORDER BY day, agent, tool, model',
    days.since,
    days.until,
  );
  const name = (value: unknown): string | null => (value === '' ? null : String(value));
  return rows.map((row) => ({
    day: String(row.day),
    agent: name(row.agent),
    tool: name(row.tool),
    model: name(row.model),
    invocations: Number(row.invocations),
    failures: Number(row.failures),
    tokens: Number(row.tokens),
    chargedMicroUsd: Number(row.charged_micro_usd),
    listMicroUsd: Number(row.list_micro_usd),
    unpriced: Number(row.unpriced),
    latencyMs: Number(row.latency_ms),
  }));
}

/** What counts of attempts whose process died, by day. */
export function interruptedOn(db: Database, days: Days): Interrupted[] {
  const rows = db.all(
    `SELECT day, count(*) AS attempts, sum(counted_micro_usd) AS micro_usd FROM attempts
      WHERE final = 0 AND day BETWEEN ? AND ? GROUP BY day ORDER BY day`,
    days.since,
    days.until,
  );
  return rows.map(({ day, attempts, micro_usd: counted }) => ({
    day: String(day),
    attempts: Number(attempts),
    countedMicroUsd: Number(counted),
  }));
}
