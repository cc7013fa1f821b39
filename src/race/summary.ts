import type { RaceSummary } from '../domain/race.js';
import type { PlannedRace } from './plan-race.js';

/** A race as it was asked for, and what came of it. */
export function summaryOf(
  { mode, parallel, capMicroUsd, order }: PlannedRace,
  came: Pick<RaceSummary, 'winnerId' | 'applied' | 'candidates'>,
): RaceSummary {
  const verify = order.verify?.command ?? null;
  const verifyTimeoutMs = order.verify?.timeoutMs ?? null;
  return { mode, parallel, verify, verifyTimeoutMs, capMicroUsd, ...came };
}
