import { toMicroUsd } from '../domain/cost.js';
import { type Failure, failure } from '../domain/failure.js';
import type { Resume } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { usageOfNamed } from '../domain/usage.js';
import type { TraceDocument } from '../trace/document.js';

/** The tool's session that an invocation left, by the traces that its id, or the beginning of it, has found. */
export function sessionOf(found: readonly TraceDocument[], wanted: string): Result<Resume, Failure> {
  const [trace, ...others] = found;
  if (trace === undefined) return err(noSession(`no trace starts with \`${wanted}\``));
  if (others.length > 0) return err(noSession(`several traces start with \`${wanted}\``));
  if (trace.status === 'running') {
    const hint = 'end it first, or wait until it has ended';
    return err(failure('usage', `invocation \`${trace.id}\` is still running`, { hint }));
  }
  if (trace.tool_session_id === null)
    return err(noSession(`invocation \`${trace.id}\` left no session: its tool reported none`));
  return ok(resumeOf(trace));
}

/** The failure of a session that is not there. */
export function noSession(message: string): Failure {
  return failure('usage', message, { hint: 'give an invocation id of `llm-router trace`, or `last`' });
}

/** The session of a trace that has one. */
export function resumeOf(trace: TraceDocument): Resume {
  const totals = trace.session_totals;
  const usage = totals?.usage ?? null;
  return {
    invocationId: trace.id,
    tool: trace.tool ?? '',
    model: trace.model,
    toolSessionId: trace.tool_session_id ?? '',
    totals: {
      usage: usage === null ? null : usageOfNamed(usage),
      costMicroUsd: totals?.cost_usd === null || totals === null ? null : toMicroUsd(totals.cost_usd),
    },
  };
}
