import type { PolicyConfig } from '../config/types.js';
import type { AuditEntry } from '../domain/audit.js';
import type { Facts } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import type { Plan, Rejected } from '../domain/plan.js';
import { checkGovernance } from './governance.js';

/** Who asked, as audit lines say it. */
export type AuditSubject = Pick<AuditEntry, 'agent' | 'sourceAgent' | 'session' | 'traceId' | 'invocationId'>;

/**
 * What governance kept a run from: pairs that would have been its first choice, and fallbacks that it came to need. A forbidden
 * fallback behind a candidate that is there harms nobody and is no line.
 */
export function governanceEntries(
  rejected: readonly Rejected[],
  { plan, policy, subject }: { plan: Plan; policy: PolicyConfig; subject: AuditSubject },
): AuditEntry[] {
  return rejected.flatMap((one) => {
    const { tool, model, reason } = one;
    if (tool === null || reason !== 'not_allowed' || !wasReached(one, plan)) return [];
    const refusal = checkGovernance(policy, { tool, model });
    if (refusal === null) return [];
    return [
      {
        ...refused(one, subject),
        event: 'governance_violation' as const,
        severity: 'high' as const,
        allowed: refusal.allowed,
      },
    ];
  });
}

/** Tools that a run would have come to and that lack a variable they need: a key as a rule. */
export function missingKeyEntries(
  rejected: readonly Rejected[],
  { plan, facts, subject }: { plan: Plan; facts: Facts; subject: AuditSubject },
): AuditEntry[] {
  return rejected
    .filter((one) => one.phase === 'plan' && lacksVariable(one, facts) && wasReached(one, plan))
    .map((one) => ({ ...refused(one, subject), event: 'missing_api_key', severity: 'critical' }));
}

function lacksVariable({ tool, reason }: Rejected, { tools }: Facts): boolean {
  const state = lookup(tools, tool);
  return reason === 'tool_not_found' && state?.available === false && state.missingVariable !== undefined;
}

/** What limits of spending kept a run from, as far as it would have come to it. */
export function budgetEntries(
  rejected: readonly Rejected[],
  { plan, subject }: { plan: Plan; subject: AuditSubject },
): AuditEntry[] {
  return rejected
    .filter((one) => one.reason === 'budget_exceeded' && wasReached(one, plan))
    .map((one) => ({ ...refused(one, subject), event: 'budget_refused', severity: 'warning' }));
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
