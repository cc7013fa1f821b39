import type { EventSink } from '../domain/events.js';
import type { Failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { Candidate, Plan, Rejected } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import { type Decision, decide, type RetryRules, type Stop } from '../routing/decide.js';
import { type AttemptDeps, type Prepared, type Tried, tryOnce } from './attempt.js';
import { concluded } from './conclude.js';
import { corrected } from './correction.js';
import { type Runner, refusedRunner, runnersOf, type Traits } from './standings.js';
import { waitFor } from './wait.js';

/** What the engine runs: a plan that was made, for a request. */
export interface RunInput {
  request: Request;
  plan: Plan;
  /** ULID of the invocation, and the trace it belongs to. */
  id: string;
  traceId: string;
  startedAt: string;
}

/** What the engine needs around it. */
export interface RunDeps extends AttemptDeps {
  rules: RetryRules;
  traitsOf: (candidate: Candidate) => Traits;
  /** Everything an attempt of this candidate needs; `turn` counts earlier attempts of the same tool. */
  prepare(candidate: Candidate, turn: number): Omit<Prepared, 'ticket'>;
  /** Holds every gate against a candidate right before its run; `again`: it has been tried by this run before. */
  admit(candidate: Candidate, known: { again: boolean }): Promise<Rejected | null>;
  /** Remembers for all processes how a candidate fared; `null`: it answered. */
  learn(candidate: Candidate, failure: Failure | null): Promise<void>;
  /** Keeps what the policy has refused for who looks after it. */
  audit(rejected: readonly Rejected[]): Promise<void>;
  /** The failure of a plan by which nobody could be tried. */
  unserved: (plan: Plan) => Failure;
  /** Uniform in [0, 1). */
  random: () => number;
  emit: EventSink;
}

/** What has happened so far. */
interface Progress {
  runners: Runner[];
  tried: (Tried & { index: number })[];
  refused: Rejected[];
  fruitlessWaits: number;
}

/**
 * Tries candidates until one answers or the table says stop. Never throws for a foreseen cause: a failed invocation is an
 * `Invocation` whose `failure` says why.
 */
export async function run(input: RunInput, deps: RunDeps): Promise<Invocation> {
  const { plan } = input;
  const start = deps.context.monotonicMs();
  const elapsedMs = (): number => Math.round(deps.context.monotonicMs() - start);
  await deps.emit({ type: 'invocation.started', id: input.id, traceId: input.traceId, agent: plan.agent });
  await deps.emit({ type: 'plan', plan });
  await deps.audit(plan.rejected);
  const progress: Progress = {
    runners: runnersOf(plan, deps.traitsOf),
    tried: [],
    refused: [],
    fruitlessWaits: 0,
  };
  const stop = await pursue(input, deps, { progress, elapsedMs });
  const { tried, refused } = progress;
  const ended = { tried, refused, stop, latencyMs: elapsedMs() };
  const invocation = concluded(input, ended, { unserved: deps.unserved, nowMs: deps.context.now() });
  await deps.account.close(invocation);
  await deps.emit({ type: 'invocation.finished', invocation });
  return invocation;
}

/** Runs and waits until somebody has answered (`null`) or nobody is left. */
async function pursue(
  input: RunInput,
  deps: RunDeps,
  { progress, elapsedMs }: { progress: Progress; elapsedMs: () => number },
): Promise<Stop | null> {
  const { signal } = deps.context;
  for (;;) {
    if (signal.aborted) return { failure: signal.reason as Failure, backAtMs: null };
    const decision = nextStep(input, deps, { progress, elapsedMs });
    if (decision.action === 'stop') return decision.stop;
    const runner = progress.runners[decision.index];
    if (runner === undefined) throw new Error(`the decision names candidate ${decision.index}`);
    if (decision.action === 'wait') {
      await pause(deps, progress, { ...decision, candidate: runner.candidate });
      if (signal.aborted) continue;
    }
    const prepared = await admitted(deps, progress, { decision, runner });
    if (prepared === null) continue;
    if ('stop' in prepared) return { failure: prepared.stop, backAtMs: null };
    const answered = await attempt(input, deps, { progress, index: decision.index, runner, prepared });
    if (answered) return null;
  }
}

function nextStep(
  { request, plan }: RunInput,
  { rules, context, random }: RunDeps,
  { progress, elapsedMs }: { progress: Progress; elapsedMs: () => number },
): Decision {
  return decide({
    rules,
    access: plan.access,
    standings: progress.runners.map(({ standing }) => standing),
    trials: progress.tried.flatMap(({ outcome, index, active, shown, endedMs }) =>
      outcome.failure === null ? [] : [{ index, failure: outcome.failure, active, shown, endedMs }],
    ),
    fruitlessWaits: progress.fruitlessWaits,
    nowMs: context.now(),
    remainingMs: request.timeoutMs === null ? null : request.timeoutMs - elapsedMs(),
    random: random(),
  });
}

/** Says what is waited for, and waits. */
async function pause(
  { context, emit }: RunDeps,
  { tried, runners }: Progress,
  { index, candidate, delayMs }: { index: number; candidate: Candidate; delayMs: number },
): Promise<void> {
  const failed = tried.findLast((one) => one.index === index)?.outcome.failure ?? null;
  const coolsUntilMs = runners[index]?.standing.coolsUntilMs ?? null;
  await emit({
    type: 'retry.scheduled',
    attempt: tried.length,
    candidate,
    delayMs,
    at: new Date(context.now() + delayMs).toISOString(),
    reason: failed?.type ?? 'rate_limit',
    detail: failed?.message ?? (coolsUntilMs === null ? 'it was left alone' : 'it is left alone until then'),
  });
  await waitFor(delayMs, context, context.signal);
}

/**
 * What a candidate runs, once the gates and the account let it in; `null`: it was refused, which is kept among the rejected.
 * What it may cost is held from here on.
 */
async function admitted(
  deps: RunDeps,
  progress: Progress,
  { decision, runner }: { decision: Decision & { index: number }; runner: Runner },
): Promise<Prepared | { stop: Failure } | null> {
  const { candidate } = runner;
  const again = progress.tried.some(({ index }) => index === decision.index);
  const entered =
    (await deps.admit(candidate, { again })) ?? (await paidFor(deps, progress, { decision, candidate }));
  if (!('reason' in entered)) return entered;
  progress.refused.push(entered);
  await deps.audit([entered]);
  progress.runners[decision.index] = refusedRunner(runner, entered);
  if (decision.action === 'wait') progress.fruitlessWaits++;
  return null;
}

async function paidFor(
  deps: RunDeps,
  progress: Progress,
  { decision, candidate }: { decision: { index: number }; candidate: Candidate },
): Promise<Prepared | { stop: Failure } | Rejected> {
  const prepared = prepare(deps, progress, { candidate, index: decision.index });
  const { task, billing } = prepared;
  const admission = await deps.account.admit({
    n: progress.tried.length + 1,
    tool: candidate.tool,
    kind: task.tool.kind,
    model: candidate.model,
    billing,
    price: task.model?.price ?? null,
    maxOutputTokens: task.maxTokens ?? task.model?.maxOutputTokens ?? null,
  });
  if ('stop' in admission) return admission;
  if ('refusal' in admission) return { ...candidate, ...admission.refusal, phase: 'admit' };
  const { ticket } = admission;
  return { ...prepared, ticket, task: { ...task, maxCostMicroUsd: ticket.capMicroUsd } };
}

/** One attempt, and what all processes learn from it; true when it answered. */
async function attempt(
  { request }: RunInput,
  deps: RunDeps,
  entered: { progress: Progress; index: number; runner: Runner; prepared: Prepared },
): Promise<boolean> {
  const { progress, index, runner, prepared } = entered;
  const { candidate } = runner;
  const last = progress.tried.at(-1);
  if (last !== undefined && last.index !== index) await tellFallback(deps, progress, { last, candidate });
  const n = progress.tried.length + 1;
  const tried = await tryOnce({ candidate, n, stream: request.stream }, prepared, deps);
  progress.tried.push({ ...tried, index });
  await deps.learn(candidate, tried.outcome.failure);
  return tried.outcome.failure === null;
}

async function tellFallback(
  { emit }: RunDeps,
  { runners }: Progress,
  { last, candidate }: { last: Progress['tried'][number]; candidate: Candidate },
): Promise<void> {
  const from = runners[last.index]?.candidate;
  const { failure } = last.outcome;
  if (from === undefined || failure === null) return;
  await emit({ type: 'fallback', attempt: last.record.n, from, to: candidate, failure });
}

/** The task of a candidate; after an answer that broke its schema, with what was wrong about it. */
function prepare(
  deps: RunDeps,
  { tried }: Progress,
  { candidate, index }: { candidate: Candidate; index: number },
): Omit<Prepared, 'ticket'> {
  const turn = tried.filter(({ record }) => record.tool === candidate.tool).length;
  const prepared = deps.prepare(candidate, turn);
  const last = tried.at(-1);
  if (last?.index !== index || last.outcome.failure?.type !== 'contract_violation') return prepared;
  return { ...prepared, task: { ...prepared.task, ...corrected(prepared.task, last.outcome) } };
}
