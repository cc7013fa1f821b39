import { addCosts } from '../domain/cost.js';
import { formatUntil, writeDuration } from '../domain/duration.js';
import { type Failure, isTemporary } from '../domain/failure.js';
import { type Invocation, unrunInvocation } from '../domain/invocation.js';
import type { Plan, Rejected } from '../domain/plan.js';
import { addUsage } from '../domain/usage.js';
import type { Stop } from '../routing/decide.js';
import type { Tried } from './attempt.js';
import type { RunInput } from './run.js';

/** How a run ended. */
interface Ended {
  tried: readonly Tried[];
  /** Whom the gates refused after the plan was made. */
  refused: readonly Rejected[];
  /** `null`: the last attempt answered. */
  stop: Stop | null;
  latencyMs: number;
}

/** The invocation of a run that is over. */
export function concluded(
  { request, plan: planned, id, traceId, startedAt }: RunInput,
  { tried, refused, stop, latencyMs }: Ended,
  known: { unserved: (plan: Plan) => Failure; nowMs: number },
): Invocation {
  const plan = { ...planned, rejected: [...planned.rejected, ...refused] };
  const failure = stop === null ? null : stopFailure(stop, known.unserved(plan), known.nowMs);
  const ids = { id, traceId, startedAt, parentId: request.parent?.id ?? null, session: request.session };
  const status = statusOf(failure);
  const last = tried.at(-1);
  if (last === undefined) return { ...unrunInvocation({ ...ids, plan, failure }), status, latencyMs };
  const { outcome, record } = last;
  return {
    ...ids,
    status,
    agent: plan.agent,
    tool: record.tool,
    model: record.model,
    responseModel: outcome.responseModel,
    text: failure === null ? outcome.text : null,
    data: outcome.data ?? null,
    finishReason: outcome.finishReason,
    toolSessionId: outcome.toolSessionId,
    usage: addUsage(tried.map((one) => one.record.usage)),
    cost: addCosts(tried.map((one) => one.record.cost)),
    latencyMs,
    plan,
    attempts: tried.map((one) => one.record),
    warnings: [...plan.warnings, ...tried.flatMap(attemptWarnings)],
    failure,
  };
}

function statusOf(failure: Failure | null): Invocation['status'] {
  if (failure === null) return 'succeeded';
  return failure.type === 'cancelled' ? 'cancelled' : 'failed';
}

/** The failure that a stop leads to, `unserved` when nobody was tried; where waiting helps, with the time to come back. */
export function stopFailure(stop: Stop, unserved: Failure, nowMs: number): Failure {
  const failure = stop.failure ?? unserved;
  if (stop.backAtMs === null || !isTemporary(failure.type)) return failure;
  return withReturn(failure, stop.backAtMs, nowMs);
}

/** A failure that says when it is worth another try. */
function withReturn(failure: Failure, backAtMs: number, nowMs: number): Failure {
  const waitMs = Math.max(0, backAtMs - nowMs);
  const at = new Date(backAtMs).toISOString();
  const again = `try again after ${formatUntil(backAtMs, nowMs)}, or wait with \`--patience ${writeDuration(waitMs)}\``;
  return {
    ...failure,
    retryAfterMs: failure.retryAfterMs ?? waitMs,
    resetAt: failure.resetAt ?? at,
    hint: failure.hint === null ? again : `${failure.hint}; ${again}`,
  };
}

function attemptWarnings({ outcome, record }: Tried): string[] {
  if (outcome.failure !== null || outcome.finishReason !== 'length') return outcome.warnings;
  return [...outcome.warnings, `the answer of \`${record.tool}\` was cut off at its length limit`];
}
