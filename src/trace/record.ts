import type { Attempt } from '../domain/attempt.js';
import { eventDocument } from '../domain/event-document.js';
import type { RunEvent } from '../domain/events.js';
import type { Invocation } from '../domain/invocation.js';
import type { NamedCandidate, Plan } from '../domain/plan.js';

/** One try as it is known so far. */
export interface RecordedAttempt {
  n: number;
  candidate: NamedCandidate;
  /** What was started, prompt and system text left out; `null`: nothing was started, or it was no command. */
  argv: readonly string[] | null;
  startedAt: string;
  /** `null` while it runs. */
  ended: Attempt | null;
}

/** What is known of a run while it goes on. */
export interface RunRecord {
  id: string;
  traceId: string;
  startedAt: string;
  plan: Plan | null;
  attempts: RecordedAttempt[];
  /** What happened between the attempts, as `--format ndjson` says it. */
  events: object[];
  /** `null` until it has ended. */
  invocation: Invocation | null;
}

/** A record to which nothing has happened yet. */
export function emptyRecord(known: { id: string; traceId: string; startedAt: string }): RunRecord {
  return { ...known, plan: null, attempts: [], events: [], invocation: null };
}

/** Notes one event; `ts` tells its time as an ISO string. */
export function noteEvent(record: RunRecord, event: RunEvent, ts: () => string): void {
  switch (event.type) {
    case 'plan':
      record.plan = event.plan;
      return;
    case 'attempt.started':
      record.attempts.push(attemptOf(event, ts()));
      return;
    case 'attempt.finished':
      finish(record, event.record);
      return;
    case 'invocation.finished':
      record.invocation = event.invocation;
      return;
    case 'invocation.started':
    case 'output.delta':
    case 'output.restart':
    case 'tool.activity':
      return;
    default: {
      const { id: _id, ...told } = eventDocument(event, { id: record.id, ts: ts() });
      record.events.push(told);
    }
  }
}

function attemptOf(
  event: Extract<RunEvent, { type: 'attempt.started' }>,
  startedAt: string,
): RecordedAttempt {
  return { n: event.attempt, candidate: event.candidate, argv: event.argv, startedAt, ended: null };
}

/** An attempt that failed before anything could be started was never announced. */
function finish(record: RunRecord, ended: Attempt): void {
  const known = record.attempts.find(({ n }) => n === ended.n);
  if (known !== undefined) known.ended = ended;
  else {
    const candidate = { tool: ended.tool, model: ended.model, because: [] };
    record.attempts.push({ n: ended.n, candidate, argv: null, startedAt: ended.startedAt, ended });
  }
}
