import type { Attempt } from '../domain/attempt.js';
import { eventDocument } from '../domain/event-document.js';
import type { RunEvent } from '../domain/events.js';
import type { Invocation } from '../domain/invocation.js';
import type { NamedCandidate, Plan } from '../domain/plan.js';

/** One attempt so far. */
export interface RecordedAttempt {
  n: number;
  candidate: NamedCandidate;
  /** The command line without prompt and system text; `null`: no command was started. */
  argv: readonly string[] | null;
  startedAt: string;
  /** `null` while it runs. */
  ended: Attempt | null;
}

/** The state of a run so far. */
export interface RunRecord {
  id: string;
  traceId: string;
  startedAt: string;
  plan: Plan | null;
  attempts: RecordedAttempt[];
  /** The session that the last attempt left, or goes on with; `null`: none that is known. */
  toolSessionId: string | null;
  /** The next attempt goes on with it. */
  sessionGoesOn: boolean;
  /** Events between the attempts, as in `--format ndjson`. */
  events: object[];
  /** `null` until it has ended. */
  invocation: Invocation | null;
}

/** The record of a run that has just started. */
export function emptyRecord(known: { id: string; traceId: string; startedAt: string }): RunRecord {
  return {
    ...known,
    plan: null,
    attempts: [],
    toolSessionId: null,
    sessionGoesOn: false,
    events: [],
    invocation: null,
  };
}

/** Adds one event; `ts` returns its time as an ISO string. */
export function noteEvent(record: RunRecord, event: RunEvent, ts: () => string): void {
  switch (event.type) {
    case 'plan':
      record.plan = event.plan;
      return;
    case 'attempt.started':
      record.attempts.push(attemptOf(event, ts()));
      if (!record.sessionGoesOn) record.toolSessionId = null;
      return;
    case 'attempt.finished':
      finish(record, event.record);
      record.toolSessionId = event.toolSessionId ?? (record.sessionGoesOn ? record.toolSessionId : null);
      record.sessionGoesOn = false;
      return;
    case 'invocation.finished':
      record.invocation = event.invocation;
      return;
    case 'invocation.started':
    case 'output.delta':
    case 'output.restart':
    case 'tool.activity':
      return;
    case 'retry.scheduled':
      record.sessionGoesOn = event.continues;
      noteBetween(record, event, ts());
      return;
    default:
      noteBetween(record, event, ts());
  }
}

function noteBetween(record: RunRecord, event: RunEvent, ts: string): void {
  const { id: _id, ...told } = eventDocument(event, { id: record.id, ts });
  record.events.push(told);
}

function attemptOf(
  event: Extract<RunEvent, { type: 'attempt.started' }>,
  startedAt: string,
): RecordedAttempt {
  return { n: event.attempt, candidate: event.candidate, argv: event.argv, startedAt, ended: null };
}

/** An attempt that failed before its start has no start event. */
function finish(record: RunRecord, ended: Attempt): void {
  const known = record.attempts.find(({ n }) => n === ended.n);
  if (known !== undefined) known.ended = ended;
  else {
    const candidate = { tool: ended.tool, model: ended.model, because: [] };
    record.attempts.push({ n: ended.n, candidate, argv: null, startedAt: ended.startedAt, ended });
  }
}
