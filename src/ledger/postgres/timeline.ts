import type { Timeline, TimelineSpan } from '../ledger.js';
import { idsOf, timelineFrom } from '../timeline.js';
import type { Transaction } from './transaction.js';

/** What came to its end, by the step of time in which it was started; only steps in which something was. */
export async function timelineOf(tx: Transaction, span: TimelineSpan): Promise<Timeline> {
  const { sinceMs, stepMs, untilMs } = span;
  const values = [sinceMs, stepMs, ...idsOf(span), untilMs];
  const [counts, latencies] = await Promise.all([tx.all(COUNTS, ...values), tx.all(LATENCIES, ...values)]);
  type Rows = Parameters<typeof timelineFrom>[1]['counts'];
  return timelineFrom(span, { counts: counts as Rows, latencies: latencies as Rows });
}

const STEP = '(started_ms - $1) / $2 AS step';
const FROM = 'FROM invocations WHERE id >= $3 AND id < $4 AND started_ms >= $1 AND started_ms < $5';

const COUNTS = `SELECT ${STEP}, failure, count(*) AS invocations, sum(coalesce(charged_micro_usd, 0)) AS charged,
  count(*) FILTER (WHERE basis = 'unknown' AND billing = 'api') AS without_price ${FROM} GROUP BY 1, 2`;

/** The shortest latency that so many percent of the answered did not exceed. */
const LATENCIES = `WITH answered AS (SELECT ${STEP}, latency_ms ${FROM} AND failure IS NULL),
  ranked AS (SELECT step, latency_ms, row_number() OVER (PARTITION BY step ORDER BY latency_ms) AS rank,
    count(*) OVER (PARTITION BY step) AS n FROM answered),
  marked AS (SELECT step, latency_ms, (rank = (n * 50 + 99) / 100)::int AS is_p50,
    (rank = (n * 95 + 99) / 100)::int AS is_p95 FROM ranked)
  SELECT * FROM marked WHERE is_p50 = 1 OR is_p95 = 1`;
