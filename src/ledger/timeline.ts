import { idTime } from '../domain/id.js';
import type { Timeline, TimelineSpan, TimelineStep } from './ledger.js';
import type { Database, Row } from './sqlite.js';

/** What came to its end, by the step of time in which it was started; only steps in which something was. */
export function timelineOf(db: Database, span: TimelineSpan): Timeline {
  const { sinceMs, stepMs, untilMs } = span;
  const values = [sinceMs, stepMs, ...idsOf(span), sinceMs, untilMs];
  return timelineFrom(span, { counts: db.all(COUNTS, ...values), latencies: db.all(LATENCIES, ...values) });
}

/** Ids sort by time, so that other rows are not read; an id may be made shortly after its run was started. */
export function idsOf({ sinceMs, untilMs }: TimelineSpan): [first: string, end: string] {
  return [idTime(sinceMs), idTime(untilMs + ID_DELAY_MS)];
}

/** Puts the rows of counts and of latencies together, step by step. */
export function timelineFrom(
  span: TimelineSpan,
  { counts, latencies }: { counts: readonly Row[]; latencies: readonly Row[] },
): Timeline {
  const steps = new Map<number, TimelineStep>();
  const stepAt = (row: Row): TimelineStep => {
    const atMs = span.sinceMs + Number(row.step) * span.stepMs;
    const step = steps.get(atMs) ?? emptyStep(atMs);
    steps.set(atMs, step);
    return step;
  };
  for (const row of counts) count(stepAt(row), row);
  for (const row of latencies) {
    const step = stepAt(row);
    if (row.is_p50 === 1) step.p50Ms = Number(row.latency_ms);
    if (row.is_p95 === 1) step.p95Ms = Number(row.latency_ms);
  }
  return [...steps.values()].sort((a, b) => a.atMs - b.atMs);
}

const ID_DELAY_MS = 60_000;

// Numbers are bound as reals.
const STEP = 'CAST((started_ms - ?) / ? AS INTEGER) AS step';
const FROM = 'FROM invocations WHERE id >= ? AND id < ? AND started_ms >= ? AND started_ms < ?';

const COUNTS = `SELECT ${STEP}, failure, count(*) AS invocations, sum(coalesce(charged_micro_usd, 0)) AS charged,
  sum(coalesce(basis = 'unknown' AND billing = 'api', 0)) AS without_price ${FROM} GROUP BY 1, 2`;

/** The shortest latency that so many percent of the answered did not exceed. */
const LATENCIES = `WITH answered AS (SELECT ${STEP}, latency_ms ${FROM} AND failure IS NULL),
  ranked AS (SELECT step, latency_ms, row_number() OVER (PARTITION BY step ORDER BY latency_ms) AS rank,
    count(*) OVER (PARTITION BY step) AS n FROM answered)
  SELECT step, latency_ms, rank = (n * 50 + 99) / 100 AS is_p50, rank = (n * 95 + 99) / 100 AS is_p95 FROM ranked
  WHERE is_p50 OR is_p95`;

function emptyStep(atMs: number): TimelineStep {
  return {
    atMs,
    invocations: 0,
    failureTypes: {},
    p50Ms: null,
    p95Ms: null,
    chargedMicroUsd: 0,
    withoutPrice: 0,
  };
}

function count(step: TimelineStep, { failure, invocations, charged, without_price }: Row): void {
  step.invocations += Number(invocations);
  step.chargedMicroUsd += Number(charged);
  step.withoutPrice += Number(without_price);
  if (failure !== null) step.failureTypes = { ...step.failureTypes, [String(failure)]: Number(invocations) };
}
