import type { Database } from './sqlite.js';

/** The sums of a report: columns of `usage_rows`, and of the roll-up by day. */
export const SUM_COLUMNS = [
  'invocations',
  'failures',
  'fallbacks',
  'attempts',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_tokens',
  'total_tokens',
  'without_tokens',
  'charged_micro_usd',
  'list_micro_usd',
  'without_price',
  'attempts_without_price',
  'compared',
  'compared_micro_usd',
  'preferred_micro_usd',
] as const;

export type SumColumn = (typeof SUM_COLUMNS)[number];

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
