import { toMicroUsd } from '../domain/cost.js';
import { type Failure, failure } from '../domain/failure.js';
import type { Resume } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { usageOfNamed } from '../domain/usage.js';
import type { TraceDocument } from '../trace/document.js';
import { readTraces } from './read-traces.js';

/** How far back `--resume last` looks for a session. */
const LAST_OF = 50;

/** Finds the tool's session that an earlier invocation left; `last` is the newest one that left any. */
export async function findSession(dir: string, wanted: string): Promise<Result<Resume, Failure>> {
  if (wanted === 'last') {
    const read = await readTraces(dir, (store) => store.list({ last: LAST_OF }));
    if (!read.ok) return read;
    const found = read.value.traces.find((trace) => trace.tool_session_id !== null);
    return found === undefined
      ? err(noSession('no earlier invocation left a session to resume'))
      : ok(resumeOf(found));
  }
  const read = await readTraces(dir, (store) => store.find(wanted));
  if (!read.ok) return read;
  const [trace, ...others] = read.value.traces;
  if (trace === undefined) return err(noSession(`no trace starts with \`${wanted}\``));
  if (others.length > 0) return err(noSession(`several traces start with \`${wanted}\``));
  if (trace.tool_session_id === null) {
    return err(noSession(`invocation \`${trace.id}\` left no session: its tool reported none`));
  }
  return ok(resumeOf(trace));
}

function noSession(message: string): Failure {
  return failure('usage', message, { hint: 'give an invocation id of `llm-router trace`, or `last`' });
}

function resumeOf(trace: TraceDocument): Resume {
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
