import type { Attempt } from '../../src/domain/attempt.js';
import type { Cost } from '../../src/domain/cost.js';
import type { Result } from '../../src/domain/result.js';
import type {
  AdmitRequest,
  AttemptRow,
  LedgerReader,
  LedgerTrouble,
  Spend,
} from '../../src/ledger/ledger.js';
import { attemptRow } from '../../src/ledger/rows.js';

/** The value of a call that must succeed. */
export function good<T>(result: Result<T, LedgerTrouble>): T {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
}

export const DAY = '2026-11-20';

/** A request to spend up to `microUsd` in these scopes, under a limit of each scope for the day. */
export function asking(
  id: string,
  microUsd: number,
  limits: Readonly<Record<string, number>>,
  atMs = Date.UTC(2026, 10, 20, 12),
): AdmitRequest<string> {
  const scopes = Object.keys(limits);
  const period = new Date(atMs).toISOString().slice(0, 10);
  return {
    atMs,
    id: `${id}:1`,
    attemptId: null,
    invocationId: id,
    n: 1,
    scopes,
    agent: 'a',
    tool: 't',
    model: 'm',
    queries: scopes.map((scope) => ({ scope, period })),
    family: null,
    decide: (spend) => {
      const full = scopes.find((scope, index) => used(spend[index]) + microUsd > (limits[scope] ?? 0));
      return full === undefined ? { reserveMicroUsd: microUsd } : { refusal: full };
    },
  };
}

function used(spend: Spend | undefined): number {
  return (spend?.settledMicroUsd ?? 0) + (spend?.reservedMicroUsd ?? 0);
}

/** An attempt with this cost; `null`: unknown, so `counted` counts. */
export function ended(
  id: string,
  microUsd: number | null,
  more: { scopes?: readonly string[]; counted?: number } = {},
): AttemptRow {
  const cost: Cost = {
    chargedMicroUsd: microUsd,
    listMicroUsd: microUsd,
    basis: microUsd === null ? 'unknown' : 'reported',
    billing: 'api',
  };
  const attempt: Attempt = {
    n: 1,
    tool: 't',
    model: 'm',
    status: 'succeeded',
    startedAt: `${DAY}T12:00:00.000Z`,
    latencyMs: 5,
    firstOutputMs: null,
    requestId: null,
    exitCode: 0,
    usage: null,
    cost,
    failure: null,
    calls: null,
    changes: null,
    noSnapshot: null,
    partialText: null,
    continues: null,
  };
  const settled = {
    id: `${id}:1`,
    invocationId: id,
    agent: 'a',
    scopes: more.scopes ?? ['all'],
    attempt,
    provider: null,
    countedMicroUsd: more.counted ?? microUsd ?? 0,
  };
  return attemptRow(settled, Date.parse(attempt.startedAt));
}

/** Settled and reserved of one scope and period. */
export async function spentIn(ledger: LedgerReader, scope: string, period = DAY): Promise<[number, number]> {
  const [spend] = good(await ledger.spend([{ scope, period }]));
  return [spend?.settledMicroUsd ?? 0, spend?.reservedMicroUsd ?? 0];
}
