import type { Adapter, AdapterContext, Task } from '../adapters/adapter.js';
import { type Attempt, failedOutcome, type Outcome } from '../domain/attempt.js';
import { addCosts, attemptCost, type Billing, toUsd } from '../domain/cost.js';
import type { EventSink } from '../domain/events.js';
import { decidingFailure, type Failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { Candidate, Plan } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import { addUsage } from '../domain/usage.js';
import { decide } from '../routing/decide.js';
import { noCandidate } from './no-candidate.js';

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
export interface RunDeps {
  /** Everything an attempt of this candidate needs; `turn` counts earlier attempts of the same tool. */
  prepare(candidate: Candidate, turn: number): { task: Task; adapter: Adapter; billing: Billing };
  context: AdapterContext;
  /** Judges a good outcome by the schema of the answer; `null`: any answer will do. */
  checkAnswer: ((outcome: Outcome) => Outcome) | null;
  /** Wall clock, ms since the epoch. */
  now: () => number;
  emit: EventSink;
}

/** One attempt with what the decision needs to know of it. */
interface Tried {
  record: Attempt;
  outcome: Outcome;
  /** The tool had shown output or activity. */
  active: boolean;
  shown: boolean;
}

/**
 * Tries the candidates in order until one answers or the table says stop. Never throws for a foreseen cause: a failed
 * invocation is an `Invocation` whose `failure` says why.
 */
export async function run(input: RunInput, deps: RunDeps): Promise<Invocation> {
  const { plan } = input;
  const start = deps.context.monotonicMs();
  const elapsed = (): number => Math.round(deps.context.monotonicMs() - start);
  await deps.emit({ type: 'invocation.started', id: input.id, traceId: input.traceId, agent: plan.agent });
  await deps.emit({ type: 'plan', plan });
  const { tried, stop } = await tryCandidates(input, deps);
  const invocation = conclude(input, { tried, stop, latencyMs: elapsed() });
  await deps.emit({ type: 'invocation.finished', invocation });
  return invocation;
}

async function tryCandidates(
  input: RunInput,
  deps: RunDeps,
): Promise<{ tried: Tried[]; stop: Failure | null }> {
  const tried: Tried[] = [];
  const { candidates, access } = input.plan;
  for (const [index, candidate] of candidates.entries()) {
    if (deps.context.signal.aborted) return { tried, stop: deps.context.signal.reason as Failure };
    const turn = tried.filter((earlier) => earlier.record.tool === candidate.tool).length;
    const attempt = await tryOnce(
      { candidate, n: tried.length + 1, turn, stream: input.request.stream },
      deps,
    );
    tried.push(attempt);
    const { failure } = attempt.outcome;
    if (failure === null) return { tried, stop: null };
    const decision = decide({ failure, access, active: attempt.active, shown: attempt.shown });
    if (decision.action === 'stop') return { tried, stop: decision.failure };
    const next = candidates[index + 1];
    if (next !== undefined) {
      await deps.emit({ type: 'fallback', attempt: attempt.record.n, from: candidate, to: next, failure });
    }
  }
  const failures = tried.flatMap(({ outcome }) => (outcome.failure === null ? [] : [outcome.failure]));
  return { tried, stop: decidingFailure(failures) ?? noCandidate(input.plan) };
}

async function tryOnce(
  { candidate, n, turn, stream }: { candidate: Candidate; n: number; turn: number; stream: boolean },
  deps: RunDeps,
): Promise<Tried> {
  const { task, adapter, billing } = deps.prepare(candidate, turn);
  const { monotonicMs } = deps.context;
  const startedAt = new Date(deps.now()).toISOString();
  const start = monotonicMs();
  const seen = { firstOutputMs: null as number | null, active: false, shown: false };
  const told = await consume(adapter.run(task, deps.context), async (event) => {
    if (event.type === 'started')
      return deps.emit({ type: 'attempt.started', attempt: n, candidate, argv: event.argv });
    seen.active = true;
    seen.firstOutputMs ??= Math.round(monotonicMs() - start);
    if (event.type === 'activity') return deps.emit({ type: 'tool.activity', attempt: n, name: event.name });
    if (stream) seen.shown = true;
    return deps.emit({ type: 'output.delta', attempt: n, text: event.text });
  });
  const outcome = told.failure === null && deps.checkAnswer !== null ? deps.checkAnswer(told) : told;
  const failed =
    outcome.failure === null ? null : { ...outcome.failure, tool: candidate.tool, model: candidate.model };
  const record: Attempt = {
    n,
    tool: candidate.tool,
    model: candidate.model,
    status: failed === null ? 'succeeded' : failed.type === 'cancelled' ? 'cancelled' : 'failed',
    startedAt,
    latencyMs: Math.round(monotonicMs() - start),
    firstOutputMs: outcome.firstOutputMs ?? seen.firstOutputMs,
    exitCode: outcome.exitCode,
    usage: outcome.usage,
    cost: attemptCost({
      reportedMicroUsd: outcome.reportedCostMicroUsd,
      usage: outcome.usage,
      price: task.model?.price ?? null,
      billing,
    }),
    failure: failed,
  };
  await deps.emit({ type: 'attempt.finished', attempt: n, record });
  const warnings = [...outcome.warnings, ...capWarnings(record, task.maxCostMicroUsd)];
  return { record, outcome: { ...outcome, failure: failed, warnings }, ...seen };
}

/** A tool that cannot hold a cap may pass it: that is said, and never hidden. */
function capWarnings({ tool, cost }: Attempt, capMicroUsd: number | null): string[] {
  const { chargedMicroUsd: charged } = cost;
  if (capMicroUsd === null || charged === null || charged <= capMicroUsd) return [];
  return [`\`${tool}\` cost $${toUsd(charged)}, over the cap of $${toUsd(capMicroUsd)}`];
}

/** Hands every event on and waits for it, so that a slow reader holds the tool back; returns what the generator returns. */
async function consume<E>(
  events: AsyncGenerator<E, Outcome, void>,
  handle: (event: E) => void | Promise<void>,
): Promise<Outcome> {
  for (;;) {
    const step = await events.next();
    if (step.done === true) return step.value;
    await handle(step.value);
  }
}

function conclude(
  { request, plan, id, traceId, startedAt }: RunInput,
  { tried, stop, latencyMs }: { tried: Tried[]; stop: Failure | null; latencyMs: number },
): Invocation {
  const last = tried.at(-1);
  const outcome = last?.outcome ?? (stop === null ? null : failedOutcome(stop));
  const succeeded = stop === null;
  return {
    id,
    traceId,
    parentId: request.parent?.id ?? null,
    session: request.session,
    status: succeeded ? 'succeeded' : stop.type === 'cancelled' ? 'cancelled' : 'failed',
    startedAt,
    agent: plan.agent,
    tool: last?.record.tool ?? null,
    model: last?.record.model ?? null,
    responseModel: outcome?.responseModel ?? null,
    text: succeeded ? (outcome?.text ?? null) : null,
    data: outcome?.data ?? null,
    finishReason: last === undefined ? null : last.outcome.finishReason,
    toolSessionId: outcome?.toolSessionId ?? null,
    usage: addUsage(tried.map(({ record }) => record.usage)),
    cost: addCosts(tried.map(({ record }) => record.cost)),
    latencyMs,
    plan,
    attempts: tried.map(({ record }) => record),
    warnings: [...plan.warnings, ...tried.flatMap((attempt) => attemptWarnings(attempt))],
    failure: stop,
  };
}

function attemptWarnings({ outcome, record }: Tried): string[] {
  if (outcome.failure !== null || outcome.finishReason !== 'length') return outcome.warnings;
  return [...outcome.warnings, `the answer of \`${record.tool}\` was cut off at its length limit`];
}
