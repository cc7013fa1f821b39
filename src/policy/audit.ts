import type { AuditEntry } from '../domain/audit.js';
import type { Plan, Rejected } from '../domain/plan.js';

/** The run that an audit line is about. */
export type AuditSubject = Pick<
  AuditEntry,
  'project' | 'agent' | 'sourceAgent' | 'session' | 'traceId' | 'invocationId'
>;

/**
 * Refusals by policy and by missing keys: of pairs that would have been the first choice, and of fallbacks that the run needed. A
 * forbidden fallback after a usable candidate has no effect and is not logged.
 */
export function refusalEntries(
  rejected: readonly Rejected[],
  { plan, subject }: { plan: Plan; subject: AuditSubject },
): AuditEntry[] {
  const reached = rejected.filter((one) => wasReached(one, plan));
  const having = (isOf: (one: Rejected) => boolean) =>
    reached.filter(isOf).map((one) => refused(one, subject));
  return [
    ...reached.flatMap((one): AuditEntry[] => {
      const { gate, allowed = null } = one;
      if (gate !== 'governance') return [];
      return [{ ...refused(one, subject), event: 'governance_violation', severity: 'high', allowed }];
    }),
    ...having(({ phase, missingVariable }) => phase === 'plan' && missingVariable !== undefined).map(
      (entry): AuditEntry => ({ ...entry, event: 'missing_api_key', severity: 'critical' }),
    ),
    ...having(({ reason }) => reason === 'budget_exceeded').map(
      (entry): AuditEntry => ({ ...entry, event: 'budget_refused', severity: 'warning' }),
    ),
  ];
}

/** The common fields of lines about refused pairs. */
function refused(
  { tool, model, detail, at }: Rejected,
  subject: AuditSubject,
): Omit<AuditEntry, 'event' | 'severity'> {
  return {
    ...subject,
    reason: at === null ? detail : `${detail} (${at})`,
    attemptedTool: tool,
    attemptedModel: model,
    allowed: null,
    justification: null,
  };
}

/** A run that was allowed to exceed a limit, and why. */
export function overrideEntry(
  override: { tool: string; model: string | null; reason: string; justification: string | null },
  subject: AuditSubject,
): AuditEntry {
  const { tool, model, reason, justification } = override;
  return {
    ...subject,
    event: 'budget_override',
    severity: 'high',
    reason,
    attemptedTool: tool,
    attemptedModel: model,
    allowed: null,
    justification,
  };
}

/** Whether the run would have reached this pair: it is no fallback, or the first usable candidate is a fallback itself. */
function wasReached({ because, phase }: Rejected, { candidates }: Plan): boolean {
  const isFallback = (rules: Rejected['because']): boolean => rules.some(({ rule }) => rule === 'fallback');
  if (phase === 'admit' || !isFallback(because)) return true;
  const [first] = candidates;
  return first === undefined || isFallback(first.because);
}
