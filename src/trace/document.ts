import { sha256 } from '../crypto/crypto.js';
import { addCosts, toUsd } from '../domain/cost.js';
import { attemptDocument, invocationDocument, usageDocument } from '../domain/document.js';
import { type Invocation, unrunInvocation } from '../domain/invocation.js';
import { EMPTY_PLAN } from '../domain/plan.js';
import type { Isolation, Request } from '../domain/request.js';
import { totalsAfter } from '../domain/session-totals.js';
import { addUsage } from '../domain/usage.js';
import type { ProcessIdentity } from '../process/identity.js';
import { withoutTexts } from '../redact/private-texts.js';
import type { RecordedAttempt, RunRecord } from './record.js';

/** Versions of the programs that wrote a trace. */
export interface Versions {
  router: string;
  node: string;
  platform: string;
}

/** The constant part of a run's trace. */
export interface TraceSubject {
  request: Request;
  /** It works in a work tree of its own, which is gone once the run has ended; `null`: in the user's files. */
  isolation: TracedIsolation | null;
  versions: Versions;
  /** The process that runs it. */
  owner: ProcessIdentity;
  /** Where to find the same config again. */
  origin: Origin;
  /** Whether prompt and answer are kept. */
  logPrompts: boolean;
}

/** How a run is isolated, and from which folder. */
export interface TracedIsolation extends Isolation {
  /** The user's working directory. */
  cwd: string;
}

/** Where a run was started. */
export interface Origin {
  /** Working directory of the router itself. */
  cwd: string;
  /** Configs given by path; empty: discovered ones. */
  config: readonly string[];
}

/**
 * The trace of an invocation: its document, the request and the events. Prompt and answer appear only with
 * `logPrompts`, else a hash and lengths. An unfinished run has the status `running`.
 */
export function traceDocument(record: RunRecord, subject: TraceSubject) {
  const { request, versions, owner, logPrompts } = subject;
  const invocation = record.invocation ?? runningInvocation(record, request);
  const { text, data, attempts: _bare, ...document } = invocationDocument(invocation);
  const { failure, warnings, response_model, race } = document;
  const attempts = attemptsOf(record, logPrompts);
  const raced = race === undefined ? {} : { race };
  const told = { failure, warnings, response_model, events: record.events, attempts, ...raced };
  return {
    ...document,
    latency_ms: record.invocation === null ? null : document.latency_ms,
    text: logPrompts ? text : null,
    data: logPrompts ? data : null,
    text_chars: text === null ? null : text.length,
    text_sha256: text === null ? null : sha256(text),
    ...(logPrompts ? told : withoutTexts(told, [request.prompt, request.system])),
    root_id: request.parent?.rootId ?? record.id,
    depth: request.parent?.depth ?? 0,
    resumed_from: request.resume?.invocationId ?? null,
    session_totals: sessionTotals(invocation, request),
    request: requestDocument(subject),
    versions,
    router: {
      pid: owner.pid,
      host: owner.host,
      boot_id: owner.bootId,
      pid_namespace: owner.pidNamespace,
      start_ticks: owner.startTicks,
    },
  };
}

/** The content of a trace file. */
export type TraceDocument = ReturnType<typeof traceDocument>;

/** The request, so that a command line can repeat it. */
function requestDocument({ request, isolation, origin, logPrompts }: TraceSubject) {
  return {
    prompt: logPrompts ? request.prompt : null,
    prompt_sha256: sha256(request.prompt),
    prompt_chars: request.prompt.length,
    prompt_bytes: Buffer.byteLength(request.prompt),
    prompt_file: request.promptFile,
    system: logPrompts ? request.system : null,
    system_sha256: request.system === null ? null : sha256(request.system),
    system_chars: request.system === null ? null : request.system.length,
    task: request.task,
    tier: request.tier,
    complexity: request.complexity,
    tool: request.tool,
    model: request.model,
    policy: request.policy,
    access: request.access,
    effort: request.effort,
    max_tokens: request.maxTokens,
    temperature: request.temperature,
    max_cost_usd: request.maxCostMicroUsd === null ? null : toUsd(request.maxCostMicroUsd),
    fallback: request.fallback,
    retries: request.maxRetries,
    patience_ms: request.patienceMs,
    schema_sha256: request.schema === null ? null : sha256(request.schema),
    cwd: request.cwd,
    isolation: isolationDocument(isolation),
    timeout_ms: request.timeoutMs,
    source_agent: request.sourceAgent,
    tags: request.tags,
    origin,
  };
}

function isolationDocument(isolation: TracedIsolation | null) {
  if (isolation === null) return null;
  const { cwd, keepsBranch, race } = isolation;
  return { cwd, keeps_branch: keepsBranch, race_id: race?.raceId ?? null };
}

type FinishedAttempt = ReturnType<typeof attemptDocument>;

function attemptsOf({ attempts }: RunRecord, logPrompts: boolean) {
  return attempts.map(attemptOf).map((one) => (logPrompts ? one : { ...one, partial_text: null }));
}

/** An unfinished attempt: only its candidate and start are known; its calls stand in a journal. */
function attemptOf({ n, candidate, argv, startedAt, ended }: RecordedAttempt) {
  if (ended !== null) return { ...attemptDocument(ended), argv };
  const unknown = {
    first_output_ms: null,
    exit_code: null,
    request_id: null,
    usage: null as FinishedAttempt['usage'],
    cost: null as FinishedAttempt['cost'],
    failure: null,
    partial_text: null,
    calls: null as FinishedAttempt['calls'],
    changes: null,
    no_snapshot: null,
    continues: null as number | null,
  };
  const { tool, model } = candidate;
  const status = 'running' as const;
  return { n, tool, model, status, started_at: startedAt, latency_ms: null, ...unknown, argv };
}

/** The run so far, by its attempts. */
function runningInvocation(record: RunRecord, request: Request): Invocation {
  const { id, traceId, startedAt } = record;
  const parentId = request.parent?.id ?? null;
  const plan = record.plan ?? EMPTY_PLAN;
  const ended = record.attempts.flatMap((attempt) => (attempt.ended === null ? [] : [attempt.ended]));
  const current = record.attempts.at(-1)?.candidate ?? null;
  return {
    ...unrunInvocation({
      id,
      traceId,
      startedAt,
      plan,
      parentId,
      session: request.session,
      sourceAgent: request.sourceAgent,
      failure: null,
    }),
    status: 'running',
    toolSessionId: record.toolSessionId,
    attempts: ended,
    tool: current?.tool ?? null,
    model: current?.model ?? null,
    usage: addUsage(ended.map(({ usage }) => usage)),
    cost: addCosts(ended.map(({ cost }) => cost)),
  };
}

/** Usage of the tool's own session so far: a tool that counts per session reports only totals when it is resumed. */
function sessionTotals({ toolSessionId, attempts }: Invocation, { resume }: Request) {
  const last = attempts.at(-1);
  if (toolSessionId === null || last === undefined) return null;
  const { usage, costMicroUsd } = totalsAfter(last, attempts, resume?.totals ?? null);
  return { usage: usageDocument(usage), cost_usd: costMicroUsd === null ? null : toUsd(costMicroUsd) };
}
