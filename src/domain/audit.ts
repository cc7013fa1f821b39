/** Events of the audit log: refusals, overrides of limits, and trust that was given or ended. */
export type AuditEvent =
  | 'governance_violation'
  | 'missing_api_key'
  | 'budget_refused'
  | 'budget_override'
  | 'trust_granted'
  | 'trust_ended';

export type AuditSeverity = 'info' | 'warning' | 'high' | 'critical';

/** One line of the audit log. `null` means that it does not apply. */
export interface AuditEntry {
  event: AuditEvent;
  severity: AuditSeverity;
  /** One sentence, with the deciding config line. */
  reason: string;
  /** Folder of the project; `null` outside of one. */
  project: string | null;
  agent: string | null;
  sourceAgent: string | null;
  session: string | null;
  traceId: string | null;
  invocationId: string | null;
  attemptedTool: string | null;
  attemptedModel: string | null;
  /** Names and globs that would have been allowed. */
  allowed: readonly string[] | null;
  /** The justification for exceeding a limit. */
  justification: string | null;
}

/** A line of the file; field names and their order are stable. */
export function auditDocument(entry: AuditEntry, ts: string) {
  return {
    ts,
    audit_event: entry.event,
    reason: entry.reason,
    agent: entry.agent,
    source_agent: entry.sourceAgent,
    session_id: entry.session,
    trace_id: entry.traceId,
    invocation_id: entry.invocationId,
    attempted_model: entry.attemptedModel,
    attempted_tool: entry.attemptedTool,
    allowed: entry.allowed,
    severity: entry.severity,
    justification: entry.justification,
    project: entry.project,
  };
}

export type AuditDocument = ReturnType<typeof auditDocument>;
