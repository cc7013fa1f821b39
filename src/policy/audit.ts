import type { Attempt } from '../domain/attempt.js';
import type { AuditEntry } from '../domain/audit.js';
import type { Invocation } from '../domain/invocation.js';
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
    ...rejected.filter(isViolation).map((one): AuditEntry => {
      const { allowed = null } = one;
      return { ...refused(one, subject), event: 'governance_violation', severity: 'high', allowed };
    }),
    ...having(lacksKey).map(
      (entry): AuditEntry => ({ ...entry, event: 'missing_api_key', severity: 'critical' }),
    ),
    ...having(({ reason }) => reason === 'budget_exceeded').map(
      (entry): AuditEntry => ({ ...entry, event: 'budget_refused', severity: 'warning' }),
    ),
  ];
}

/** The policy does not allow the tool or the model. */
export function isViolation({ gate }: Rejected): boolean {
  return gate === 'governance';
}

/** The API key of the tool is not set. */
export function lacksKey(one: Rejected): boolean {
  return one.phase === 'plan' && one.missingVariable !== undefined && !isFirstUsable(one);
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

/** Every refusal that took effect in a run, once it has ended. */
export function refusalsOf({ plan, attempts }: Pick<Invocation, 'plan' | 'attempts'>): Rejected[] {
  return [...refusedFirst(plan), ...refusedLater(plan, attempts)];
}

/** What a run refuses before its first attempt. A fallback after a usable candidate has no effect yet. */
export function refusedFirst({ rejected }: Plan): Rejected[] {
  return rejected.filter((one) => !isLaterFallback(one));
}

/** Fallbacks that a run would have taken after its failed attempts. */
export function refusedLater(plan: Plan, attempts: readonly TriedCandidate[]): Rejected[] {
  const next = candidatesNeeded(plan, attempts);
  return plan.rejected.filter((one) => isLaterFallback(one) && (one.position ?? 0) < next);
}

/** A candidate that was tried, and why it failed. */
type TriedCandidate = Pick<Attempt, 'tool' | 'model' | 'failure'>;

/** How many candidates of the plan a run came to, one more when all of them failed. */
function candidatesNeeded({ candidates }: Plan, attempts: readonly TriedCandidate[]): number {
  const places = attempts.map(({ tool, model }) => {
    const place = candidates.findIndex((one) => one.tool === tool && one.model === model);
    // A candidate that the run waited for comes after those of the plan.
    return place < 0 ? candidates.length : place;
  });
  const last = Math.max(-1, ...places);
  const isExhausted = last === candidates.length - 1 && attempts.at(-1)?.failure !== null;
  return isExhausted ? Number.POSITIVE_INFINITY : last + 1;
}

function isLaterFallback({ because, position = 0 }: Rejected): boolean {
  return position > 0 && because.some(({ rule }) => rule === 'fallback');
}
