import type { AuditEntry } from '../domain/audit.js';
import type { Plan, Rejected } from '../domain/plan.js';

/** Who asked, as audit lines say it. */
export type AuditSubject = Pick<
  AuditEntry,
  'project' | 'agent' | 'sourceAgent' | 'session' | 'traceId' | 'invocationId'
>;

/**
 * What the policy and missing keys kept a run from: pairs that would have been its first choice, and fallbacks that it came to need. A
 * forbidden fallback behind a candidate that may run harms no run and is no line.
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

/** What every line on a refused pair says. */
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

/** That somebody let a run go over a limit, and why. */
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

/** Whether a run would have come to this pair: it is no fallback, or the first that can run is a fallback itself. */
function wasReached({ because, phase }: Rejected, { candidates }: Plan): boolean {
  const isFallback = (rules: Rejected['because']): boolean => rules.some(({ rule }) => rule === 'fallback');
  if (phase === 'admit' || !isFallback(because)) return true;
  const [first] = candidates;
  return first === undefined || isFallback(first.because);
}
