import type { AuditEntry } from '../domain/audit.js';
import type { Plan, Rejected } from '../domain/plan.js';

/** The run that an audit line is about. */
export type AuditSubject = Pick<
  AuditEntry,
  'project' | 'agent' | 'sourceAgent' | 'session' | 'traceId' | 'invocationId'
>;

/** The lines on refusals by policy, budget and missing keys. */
export function refusalEntries(rejected: readonly Rejected[], subject: AuditSubject): AuditEntry[] {
  const having = (isOf: (one: Rejected) => boolean) =>
    rejected.filter(isOf).map((one) => refused(one, subject));
  return [
    ...rejected.flatMap((one): AuditEntry[] => {
      const { gate, allowed = null } = one;
      if (gate !== 'governance') return [];
      return [{ ...refused(one, subject), event: 'governance_violation', severity: 'high', allowed }];
    }),
    ...having((one) => one.phase === 'plan' && one.missingVariable !== undefined && !isFirstUsable(one)).map(
      (entry): AuditEntry => ({ ...entry, event: 'missing_api_key', severity: 'critical' }),
    ),
    ...having(({ reason }) => reason === 'budget_exceeded').map(
      (entry): AuditEntry => ({ ...entry, event: 'budget_refused', severity: 'warning' }),
    ),
  ];
}

/** Considered only because it is installed by default: without it nothing that was asked for is missing. */
function isFirstUsable({ because }: Rejected): boolean {
  return because.some(({ rule }) => rule === 'first_usable');
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

/** What a run refuses before its first attempt. A fallback after a usable candidate has no effect yet. */
export function refusedFirst({ rejected }: Plan): Rejected[] {
  return rejected.filter((one) => !isLaterFallback(one));
}

/** Fallbacks that a run would have taken after its failed attempts; `next`: the first candidate that it did not need. */
export function refusedLater({ rejected }: Plan, next: number): Rejected[] {
  return rejected.filter((one) => isLaterFallback(one) && (one.position ?? 0) < next);
}

function isLaterFallback({ because, position = 0 }: Rejected): boolean {
  return position > 0 && because.some(({ rule }) => rule === 'fallback');
}
