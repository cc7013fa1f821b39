import { toUsd } from '../domain/cost.js';
import { isPostgresUrl } from '../domain/database-url.js';
import { DOCUMENT_VERSION, type InvocationDocument, invocationDocument } from '../domain/document.js';
import { exitCodeOf, type Failure, failure } from '../domain/failure.js';
import { unrunInvocation } from '../domain/invocation.js';
import { EMPTY_PLAN } from '../domain/plan.js';
import type { TraceDocument } from '../trace/document.js';
import { readTraceFile } from '../trace/store.js';
import type { Job } from './jobs.js';
import type { JobRecord } from './record.js';

/** A detached run in short: an element of `jobs --json`. Field names and their order are stable. */
export async function jobDocument(job: Job, nowMs: number) {
  const { record } = job;
  const trace = job.state === 'ended' ? null : await traceOf(record);
  const told = job.state === 'ended' ? job.end.document : trace;
  const ended = job.state === 'ended' ? job.end : null;
  return {
    version: DOCUMENT_VERSION,
    id: record.id,
    state: job.state,
    status: job.state === 'lost' ? ('interrupted' as const) : (told?.status ?? statusWithout(ended)),
    started_at: record.started_at,
    ended_at: ended?.ended_at ?? null,
    exit_code: ended?.exit_code ?? (job.state === 'lost' ? exitCodeOf(lostFailure(record)) : null),
    agent: record.agent,
    tool: told?.tool ?? record.tool,
    model: told?.model ?? record.model,
    failure: ended?.document?.failure?.type ?? null,
    spent_usd: job.state === 'lost' ? await spentOf(record, { trace, nowMs }) : (told?.cost?.usd ?? null),
    session: record.session,
    parent_id: record.parent_id,
    root_id: record.root_id,
    started_by: record.started_by,
    cwd: record.cwd,
    project: record.project,
    trace: record.trace,
    pid: record.process.pid,
  };
}

/** A detached run in short. */
export type JobDocument = Awaited<ReturnType<typeof jobDocument>>;

/** The exit code that `exec` would have had. */
export function exitCodeOfJob(job: Exclude<Job, { state: 'running' }>): number {
  return job.state === 'ended' ? job.end.exit_code : exitCodeOf(lostFailure(job.record));
}

/**
 * The document that `exec --json` would have printed: of a lost run what its trace says, with the failure that it is lost. `null`: it
 * ended without one.
 */
export async function documentOfJob(
  job: Exclude<Job, { state: 'running' }>,
): Promise<InvocationDocument | null> {
  if (job.state === 'ended') return job.end.document;
  const { record } = job;
  const failed = lostFailure(record);
  const unrun = invocationDocument(
    unrunInvocation({
      id: record.id,
      traceId: record.trace_id,
      startedAt: record.started_at,
      plan: { ...EMPTY_PLAN, agent: record.agent },
      parentId: record.parent_id,
      session: record.session,
      sourceAgent: null,
      failure: failed,
    }),
  );
  const trace = await traceOf(record);
  if (trace === null) return { ...unrun, status: 'interrupted' };
  const known = Object.keys(unrun).map((key) => [key, trace[key as keyof TraceDocument]] as const);
  const told = Object.fromEntries(known) as unknown as InvocationDocument;
  return { ...told, latency_ms: 0, failure: unrun.failure, status: 'interrupted' };
}

/** Why a lost run has no answer. */
export function lostFailure({ id, tool, model, trace }: JobRecord): Failure {
  const message = `the detached run \`${id}\` was interrupted: its process was killed, or the machine restarted`;
  const see = trace === null ? '' : `see what it did with \`llm-router trace show ${id}\`, `;
  return failure('cancelled', message, {
    tool,
    model,
    hint: `${see}and start it again if it is still needed`,
  });
}

async function traceOf({ trace }: JobRecord): Promise<TraceDocument | null> {
  return trace === null ? null : readTraceFile(trace);
}

/**
 * What counts of a lost run in USD: by a ledger of this machine, where it has rows of it, else the known costs of its attempts. `null`: unknown.
 */
async function spentOf(
  record: JobRecord,
  { trace, nowMs }: { trace: TraceDocument | null; nowMs: number },
): Promise<number | null> {
  // Its password is not on record.
  if (isPostgresUrl(record.ledger)) return trace?.cost?.usd ?? null;
  const { readLedger } = await import('../ledger/open-ledger.js');
  const counted = await readLedger({ file: record.ledger, now: () => nowMs }, (ledger) =>
    ledger.countedOf(record.id),
  );
  const microUsd = counted.ok ? counted.value : null;
  return microUsd === null ? (trace?.cost?.usd ?? null) : toUsd(microUsd);
}

/** A run that ended without a document failed before its start or by a bug. */
function statusWithout(end: { exit_code: number } | null): 'running' | 'succeeded' | 'failed' {
  if (end === null) return 'running';
  return end.exit_code === 0 ? 'succeeded' : 'failed';
}
