import type { Paint } from '../diagnostics/paint.js';
import { toMicroUsd } from '../domain/cost.js';
import { formatDuration } from '../domain/duration.js';
import { dollars } from '../domain/money.js';
import { pairName } from '../domain/plan.js';
import type { RaceCandidateDocument as Candidate, CandidateResult } from '../domain/race.js';
import type { Column } from './table.js';

/** What the signs in the table stand for. */
export const RACE_SIGNS = { '-': 'none', '?': 'unknown' };

/** The candidates of a race: how each fared, what it changed, cost and took. `numbered`: to pick one of them. */
export function raceTable(
  candidates: readonly Candidate[],
  { paint, numbered = false }: { paint: Paint; numbered?: boolean },
): { columns: Column[]; rows: string[][] } {
  const painted: Readonly<Record<CandidateResult, (text: string) => string>> = {
    passed: paint.success,
    answered: paint.success,
    failed: paint.error,
    ended: paint.dim,
    not_started: paint.dim,
  };
  const columns: Column[] = [
    ...(numbered ? [{ title: '#' }] : []),
    { title: 'CANDIDATE', least: 10 },
    { title: 'RESULT', paint: (text, row) => painted[candidates[row]?.result ?? 'ended'](text) },
    { title: 'FILES', align: 'right' },
    { title: 'LINES', rank: 1 },
    { title: 'COST', align: 'right' },
    { title: 'TIME', align: 'right' },
    { title: 'VERIFIED IN', align: 'right', rank: 0 },
    { title: 'ID' },
  ];
  const answered = candidates.filter(({ result }) => result === 'answered');
  const rows = candidates.map((one) => [...(numbered ? [numberOf(one, answered)] : []), ...cellsOf(one)]);
  return { columns, rows };
}

/** Only those that answered can be picked. */
function numberOf(candidate: Candidate, answered: readonly Candidate[]): string {
  const at = answered.indexOf(candidate);
  return at === -1 ? '' : String(at + 1);
}

function cellsOf(candidate: Candidate): string[] {
  const { id, result, changes, latency_ms: latencyMs, verification } = candidate;
  return [
    pairName(candidate),
    resultWords(candidate),
    changes === null ? '-' : String(changes.files),
    changes === null ? '-' : `+${changes.lines_added} -${changes.lines_removed}`,
    costWords(candidate),
    latencyMs === null ? '-' : formatDuration(latencyMs),
    verification === null ? '-' : formatDuration(verification.latency_ms),
    result === 'not_started' ? '-' : id,
  ];
}

/** `failed (not_verified)` */
export function resultWords({
  result,
  failure,
}: {
  result: CandidateResult;
  failure: { type: string } | null;
}): string {
  return result === 'failed' && failure !== null ? `failed (${failure.type})` : result.replace('_', ' ');
}

function costWords({ result, cost }: Candidate): string {
  if (result === 'not_started') return '-';
  return cost === null || cost.usd === null ? '?' : dollars(toMicroUsd(cost.usd));
}
