import type { SpendLimit } from '../domain/facts.js';
import type { AdmitRequest } from '../ledger/ledger.js';
import { scopesOf } from '../policy/spend-limits.js';
import type { Entry, GateRun } from './gate.js';

/** What an attempt and each of its calls say alike when they ask the ledger for money under these limits. */
export function admissionOf(
  { id, agent, spending, deadline }: GateRun,
  { n, candidate }: Pick<Entry, 'n' | 'candidate'>,
  { limits, atMs }: { limits: readonly SpendLimit[]; atMs: number },
): Omit<AdmitRequest<never>, 'id' | 'attemptId' | 'decide'> {
  return {
    invocationId: id,
    n,
    atMs,
    agent: agent?.name ?? null,
    tool: candidate.tool.name,
    model: candidate.modelName,
    scopes: scopesOf(spending.subject),
    queries: limits,
    family: spending.family,
    signal: deadline.signal,
  };
}
