import { parseSince } from '../../domain/duration.js';
import type { FailureType } from '../../domain/failure.js';
import { type Failure, failure } from '../../domain/failure.js';
import type { InvocationStatus } from '../../domain/invocation.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { TraceDocument } from '../../trace/document.js';
import type { TraceQuery } from '../../trace/store.js';

/** The options of `trace`, as the argument parser gives them. */
export interface TraceListOptions {
  last: number;
  agent?: string;
  tool?: string;
  model?: string;
  status?: InvocationStatus;
  failure?: FailureType;
  session?: string;
  since?: string;
  json?: boolean;
  ndjson?: boolean;
}

/** Which traces the options ask for; a time that cannot be read is a `usage` failure. */
export function queryOf(options: TraceListOptions, nowMs: number): Result<TraceQuery, Failure> {
  const since = options.since === undefined ? ok(null) : parseSince(options.since, nowMs);
  if (!since.ok) return err(failure('usage', `--since: ${since.error}`));
  const sinceMs = since.value;
  const matches = (trace: TraceDocument): boolean =>
    (sinceMs === null || Date.parse(trace.started_at) >= sinceMs) && fits(trace, options);
  return ok({ last: options.last, sinceMs, matches });
}

/** A tool, a model or a failure counts also where only one attempt had to do with it. */
function fits(trace: TraceDocument, wanted: TraceListOptions): boolean {
  const tried = [trace, ...trace.attempts];
  const is = <T>(value: T | undefined, has: (value: T) => boolean) => value === undefined || has(value);
  return (
    is(wanted.agent, (agent) => trace.agent === agent) &&
    is(wanted.tool, (tool) => tried.some((one) => one.tool === tool)) &&
    is(wanted.model, (model) => tried.some((one) => one.model === model)) &&
    is(wanted.status, (status) => trace.status === status) &&
    is(wanted.failure, (type) => tried.some((one) => one.failure?.type === type)) &&
    is(wanted.session, (session) => trace.session === session)
  );
}
