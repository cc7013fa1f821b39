import type { Failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { Planned } from './router.js';

/** The invocation of a plan that has not run: `planned`, or failed before any attempt. */
export function addEmptyInvocation(planned: Planned, failed: Failure | null): Invocation {
  const { plan, request, id, traceId, startedAt } = planned;
  return {
    id,
    traceId,
    parentId: request.parent?.id ?? null,
    session: request.session,
    status: failed === null ? 'planned' : 'failed',
    startedAt,
    agent: plan.agent,
    tool: null,
    model: null,
    responseModel: null,
    text: null,
    data: null,
    finishReason: null,
    toolSessionId: null,
    usage: null,
    cost: null,
    latencyMs: 0,
    plan,
    attempts: [],
    warnings: plan.warnings,
    failure: failed,
  };
}
