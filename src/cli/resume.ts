import type { Failure } from '../domain/failure.js';
import type { Resume } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { noSession, resumeOf, sessionOf } from '../router/resume.js';
import { readTraces } from './read-traces.js';

/** How far back `--resume last` looks for a session. */
const LAST_OF = 50;

/** Finds the tool's session that an earlier invocation left; `last` is the newest one that left any. */
export async function findSession(dir: string, wanted: string): Promise<Result<Resume, Failure>> {
  if (wanted === 'last') {
    const read = await readTraces(dir, (store) => store.list({ last: LAST_OF }));
    if (!read.ok) return read;
    const found = read.value.traces.find(
      (trace) => trace.tool_session_id !== null && trace.status !== 'running',
    );
    return found === undefined
      ? err(noSession('no earlier invocation left a session to resume'))
      : ok(resumeOf(found));
  }
  const read = await readTraces(dir, (store) => store.find(wanted));
  if (!read.ok) return read;
  return sessionOf(read.value.traces, wanted);
}
