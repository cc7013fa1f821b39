import type { Database } from './sqlite.js';
import { SUM_COLUMNS } from './usage-sums.js';

/** Adds an invocation and its attempts to the sums of its day. */
export function rollUp(db: Database, invocationId: string): void {
  for (const sql of ROLL_UPS) db.run(sql, invocationId);
}

const KEYS = 'day, agent, tool, model';
const ONE_MORE = 'DO UPDATE SET invocations = invocations + excluded.invocations';

const ROLL_UPS: readonly string[] = [
  `INSERT INTO daily_usage (${KEYS}, ${SUM_COLUMNS.join(', ')})
    SELECT ${KEYS}, ${SUM_COLUMNS.join(', ')} FROM usage_rows WHERE invocation_id = ?
    ON CONFLICT (${KEYS}) DO UPDATE SET ${SUM_COLUMNS.map((name) => `${name} = ${name} + excluded.${name}`).join(', ')}`,
  `INSERT INTO daily_failures (${KEYS}, failure, invocations)
    SELECT ${KEYS}, failure, invocations FROM usage_rows WHERE invocation_id = ? AND failure IS NOT NULL
    ON CONFLICT (${KEYS}, failure) ${ONE_MORE}`,
  `INSERT INTO daily_latencies (${KEYS}, about_ms, invocations)
    SELECT ${KEYS}, about_ms, invocations FROM usage_rows WHERE invocation_id = ? AND about_ms IS NOT NULL
    ON CONFLICT (${KEYS}, about_ms) ${ONE_MORE}`,
];
