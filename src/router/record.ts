import type { ProcessRecorder } from '../adapters/adapter.js';
import type { CostSoFar, EventSink } from '../domain/events.js';
import type { Invocation } from '../domain/invocation.js';
import type { Rejected } from '../domain/plan.js';
import type { GateRun } from '../gates/gate.js';
import type { InvocationRow, RunInfo } from '../ledger/ledger.js';
import { invocationRow } from '../ledger/rows.js';
import type { RunLedger } from '../ledger/run-ledger.js';
import { type AuditSubject, overrideEntry, refusalEntries } from '../policy/audit.js';
import { scopesOf } from '../policy/spend-limits.js';
import type { Redactor } from '../redact/redact.js';
import { fanOut } from '../telemetry/fan-out.js';
import type { LogRecord } from '../telemetry/log-fields.js';
import { logSink } from '../telemetry/log-sink.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { keepAudit } from './audit.js';
import type { Planned } from './planned.js';
import { runRecorderOf, withCleanUp } from './running/running.js';
import { observedRun } from './telemetry.js';
import { traceOf } from './traces.js';
import type { RouterWorld } from './world.js';

export type { LogRecord } from '../telemetry/log-fields.js';

/** Who receives the events of one run, each for itself: one that throws keeps no other from them. */
export interface Listeners {
  events?: readonly EventSink[];
  /** Receive the lines of the structured log. */
  logs?: readonly ((record: LogRecord) => void | Promise<void>)[];
  /** Receives the cost of each attempt while it runs, where the tool reports any. Without it nothing reads that out of the output. */
  costs?: CostListener | undefined;
}

/** Receives the cost of running attempts. */
export type CostListener = (cost: CostSoFar) => void;

/** Destinations of the records of one run. */
export interface Recorder {
  /** The trace first: it is written before any listener learns that the run has ended. Then the log, then the caller. */
  emit: EventSink;
  /** `null`: the cost of a running attempt is not shown. */
  costs: CostListener | null;
  /** Warnings about soft limits. */
  readonly budgetWarnings: readonly string[];
  /** Records started processes on disk; `null` records nothing. */
  processes: ProcessRecorder | null;
  /** Writes refusals to the audit log. */
  refused(rejected: readonly Rejected[]): Promise<void>;
  /** Writes an override of a limit to the audit log. */
  overridden: GateRun['overridden'];
  /** Writes the row of the invocation to the ledger. */
  record(invocation: Invocation, ledger: RunLedger): Promise<void>;
  /** The invocation, with a warning if a sink threw. */
  withSinkWarnings(invocation: Invocation): Invocation;
}

/** The recorder of one run. */
export function recorderOf(
  world: RouterWorld,
  {
    planned,
    listeners,
    telemetry,
    isEarly,
  }: {
    planned: Planned;
    listeners: Listeners;
    telemetry: Telemetry | null;
    /** Its trace is written before anything has started. */
    isEarly?: boolean;
  },
): Recorder {
  const { host, stores } = world;
  const { now } = host.clock;
  const trace = traceOf({ planned, now, redactor: host.redactor, isEarly }, stores.traces);
  const { events = [], logs = [] } = listeners;
  const told = telemetry?.sinkOf(observedRun(planned, host)) ?? null;
  const sinks = fanOut([trace, told, ...logs.map((write) => logOf(planned, write, now)), ...events]);
  const subject = subjectOf(planned);
  const processes = runRecorderOf(stores, planned);
  const budgetWarnings: string[] = [];
  const emit: EventSink = (event) => {
    if (event.type === 'budget.warning') budgetWarnings.push(event.message);
    return sinks.emit(event);
  };
  return {
    emit: withCleanUp({ recorder: processes, planned }, world, emit),
    costs: listeners.costs ?? null,
    budgetWarnings,
    processes,
    refused: (rejected) => keepAudit(stores.audit, refusalEntries(rejected, subject), host.redactor),
    overridden: (override) =>
      keepAudit(
        stores.audit,
        [overrideEntry({ ...override, justification: planned.request.justification }, subject)],
        host.redactor,
      ),
    record: async (invocation, ledger) => {
      if (stores.ledger === null) return;
      // A ledger that stopped the run was reported already.
      if (invocation.attempts.length === 0 && invocation.failure?.type === 'input') return;
      await ledger.record(masked(invocationRow(invocation, runInfo(planned)), host.redactor));
    },
    withSinkWarnings: (invocation) => {
      const { count, first } = sinks.failures();
      if (count === 0) return invocation;
      const times = count === 1 ? 'once' : `${count} times`;
      const warning = `an event sink failed ${times}: ${first}`;
      return { ...invocation, warnings: [...invocation.warnings, warning] };
    },
  };
}

/** The caller, for the audit log. */
function subjectOf({ plan, request, id, traceId, spending }: Planned): AuditSubject {
  const { sourceAgent, session } = request;
  const project = spending.subject.project || null;
  return { project, agent: plan.agent, sourceAgent, session, traceId, invocationId: id };
}

function logOf(
  planned: Planned,
  write: (record: LogRecord) => void | Promise<void>,
  now: () => number,
): EventSink {
  const { id, traceId, plan, request, policy } = planned;
  const parentId = request.parent?.id ?? null;
  const models = [...planned.candidates, ...planned.rejected.map(({ candidate }) => candidate)];
  const providerOf = (name: string | null) =>
    models.find((candidate) => candidate?.modelName === name)?.model?.provider ?? null;
  const privateTexts = policy.privacy.logPrompts ? [] : [request.prompt, request.system];
  const { session, sourceAgent } = request;
  const known = { id, traceId, agent: plan.agent, session, sourceAgent, parentId };
  return logSink({ ...known, privateTexts, providerOf }, { now, write });
}

/** The row without secrets in what its caller, its tool or its config may have written; ids must stay what they are. */
function masked(row: InvocationRow, { value }: Redactor): InvocationRow {
  const { trace_id, session, source_agent, justification, task } = row;
  const texts = { trace_id, session, source_agent, justification, task };
  const written = { ...texts, tags: JSON.parse(row.tags), because: JSON.parse(row.because) };
  const shown = value(written);
  if (shown === written) return row;
  return { ...row, ...shown, tags: JSON.stringify(shown.tags), because: JSON.stringify(shown.because) };
}

function runInfo({ request, spending, preference, isolation }: Planned): RunInfo {
  const { sourceAgent, tags, force, justification, task } = request;
  return {
    scopes: scopesOf(spending.subject),
    project: spending.subject.project,
    sourceAgent,
    preference,
    tags,
    forced: force,
    justification,
    task,
    race: isolation?.race ?? null,
  };
}
