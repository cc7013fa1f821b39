import type { EventSink } from '../domain/events.js';
import type { Failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { Candidate, Plan, Rejected } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import { waitFor } from '../gates/wait.js';
import { type Decision, decide, type RetryRules, type Stop } from '../routing/decide.js';
import { admitted } from './admit.js';
import { type AttemptDeps, type Prepared, type Tried, tryOnce } from './attempt.js';
import { concluded } from './conclude.js';
import { debugDecision } from './debug.js';
import { type Runner, runnersOf, type Traits } from './standings.js';

/** What a run needs to know: a plan that was made, for a request. */
export interface RunInput {
  request: Request;
  plan: Plan;
  /** ULID of the invocation, and the trace it belongs to. */
  id: string;
  traceId: string;
  startedAt: string;
}

/** What a run needs around it. */
export interface RunDeps extends AttemptDeps {
  rules: RetryRules;
  traitsOf: (candidate: Candidate) => Traits;
  /** Everything an attempt of this candidate needs; `turn` counts earlier attempts of the same tool. */
  prepare(candidate: Candidate, turn: number): Unpaid;
  /** Holds every gate against a candidate right before its run; `again`: it has been tried by this run before. */
  admit(candidate: Candidate, known: { again: boolean }): Promise<Rejected | null>;
  /** Keeps what the policy has refused for who looks after it. */
  audit(rejected: readonly Rejected[]): Promise<void>;
  /** The failure of a plan by which nobody could be tried. */
  unserved: (plan: Plan) => Failure;
  /** Uniform in [0, 1). */
  random: () => number;
  emit: EventSink;
}

/** What an attempt runs, before its money was let through. */
export type Unpaid = Omit<Prepared, 'ticket'>;

/** What has happened so far. */
export interface Progress {
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
  const stop = await pursue(input, deps, progress);
  const { tried, refused } = progress;
  const ended = { tried, refused, stop, latencyMs: elapsedMs() };
  const invocation = concluded(input, ended, { unserved: deps.unserved, nowMs: deps.context.now() });
  await deps.account.close(invocation);
  await deps.emit({ type: 'invocation.finished', invocation });
  return invocation;
}

/** Runs and waits until somebody has answered (`null`) or nobody is left. */
async function pursue(input: RunInput, deps: RunDeps, progress: Progress): Promise<Stop | null> {
  const { deadline } = deps.context;
  for (;;) {
    if (deadline.failure !== null) return { failure: deadline.failure, backAtMs: null };
    const decision = nextStep(input, deps, progress);
    if (deps.debug !== undefined)
      debugDecision(
        deps.debug,
        decision,
        progress.runners.map(({ candidate }) => candidate),
      );
    if (decision.action === 'stop') return decision.stop;
    const runner = progress.runners[decision.index];
    if (runner === undefined) throw new Error(`the decision names candidate ${decision.index}`);
    if (decision.action === 'wait' && !runner.queues) {
      await pause(deps, progress, { ...decision, candidate: runner.candidate });
      if (deadline.failure !== null) continue;
    }
    const prepared = await admitted(deps, progress, { decision, runner });
    if (prepared === null) continue;
    if ('stop' in prepared) return { failure: prepared.stop, backAtMs: null };
    const answered = await attempt(input, deps, { progress, index: decision.index, runner, prepared });
    if (answered) return null;
  }
}

function nextStep(input: RunInput, { rules, context, random }: RunDeps, progress: Progress): Decision {
  return decide({
    rules,
    access: input.plan.access,
    standings: progress.runners.map(({ standing }) => standing),
    trials: progress.tried.flatMap(({ outcome, index, active, shown, endedMs }) =>
      outcome.failure === null ? [] : [{ index, failure: outcome.failure, active, shown, endedMs }],
    ),
    fruitlessWaits: progress.fruitlessWaits,
    nowMs: context.now(),
    remainingMs: context.deadline.remainingMs(),
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
  await waitFor(delayMs, context, context.deadline.signal);
}

/** One attempt; true when it answered. */
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
