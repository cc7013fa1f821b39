import type { Attempt, ProviderCall } from './attempt.js';
import type { AttemptChanges } from './changes.js';
import { type Cost, toUsd } from './cost.js';
import type { Failure } from './failure.js';
import type { AllowanceSummary, Invocation, NestedSummary } from './invocation.js';
import type { Because, Plan } from './plan.js';
import { namedUsage, totalTokens, type Usage } from './usage.js';

/** Version of the JSON document that `exec --json`, traces and the server share. */
export const DOCUMENT_VERSION = 1;

/** The public JSON document of an invocation. Field names and their order are stable. */
export function invocationDocument(invocation: Invocation) {
  return {
    version: DOCUMENT_VERSION,
    id: invocation.id,
    trace_id: invocation.traceId,
    parent_id: invocation.parentId,
    session: invocation.session,
    status: invocation.status,
    started_at: invocation.startedAt,
    agent: invocation.agent,
    source_agent: invocation.sourceAgent,
    tool: invocation.tool,
    model: invocation.model,
    response_model: invocation.responseModel,
    text: invocation.text,
    data: invocation.data ?? null,
    finish_reason: invocation.finishReason,
    tool_session_id: invocation.toolSessionId,
    usage: usageDocument(invocation.usage),
    cost: costDocument(invocation.cost),
    nested: nestedDocument(invocation.nested),
    allowance: allowanceDocument(invocation.allowance),
    latency_ms: invocation.latencyMs,
    plan: planDocument(invocation.plan),
    attempts: invocation.attempts.map(attemptDocument),
    warnings: invocation.warnings,
    failure: failureDocument(invocation.failure),
    ...(invocation.race === undefined ? {} : { race: invocation.race }),
  };
}

/** The document as data: what is written to stdout and into a trace. */
export type InvocationDocument = ReturnType<typeof invocationDocument>;

export function usageDocument(usage: Usage | null) {
  if (usage === null) return null;
  return { ...namedUsage(usage), total_tokens: totalTokens(usage) };
}

export function costDocument(cost: Cost | null) {
  if (cost === null) return null;
  return {
    usd: cost.chargedMicroUsd === null ? null : toUsd(cost.chargedMicroUsd),
    list_usd: cost.listMicroUsd === null ? null : toUsd(cost.listMicroUsd),
    basis: cost.basis,
    billing: cost.billing,
  };
}

function nestedDocument(nested: NestedSummary | null) {
  if (nested === null) return null;
  const { runs, refused, spentMicroUsd, capMicroUsd } = nested;
  return {
    calls: runs,
    refused,
    spent_usd: spentMicroUsd === null ? null : toUsd(spentMicroUsd),
    cap_usd: capMicroUsd === null ? null : toUsd(capMicroUsd),
  };
}

function allowanceDocument(allowance: AllowanceSummary | null) {
  if (allowance === null) return null;
  const { policy, upToMicroUsd, why } = allowance;
  return { policy, up_to_usd: toUsd(upToMicroUsd), reason: why };
}

export function planDocument(plan: Plan) {
  return {
    candidates: plan.candidates.map(({ tool, model, because }) => ({
      tool,
      model,
      because: because.map(becauseDocument),
    })),
    rejected: plan.rejected.map((rejected) => ({
      tool: rejected.tool,
      model: rejected.model,
      reason: rejected.reason,
      detail: rejected.detail,
      hint: rejected.hint,
      at: rejected.at,
      reset_at: rejected.resetAt,
      phase: rejected.phase,
    })),
    ignored: plan.ignored.map(({ option, tool, detail }) => ({ option, tool, detail })),
    policy: plan.policy,
    access: plan.access,
    estimated_input_tokens: plan.inputTokens,
  };
}

function becauseDocument({ rule, detail, at }: Because) {
  return { rule, detail, at };
}

export function attemptDocument(attempt: Attempt) {
  return {
    n: attempt.n,
    tool: attempt.tool,
    model: attempt.model,
    status: attempt.status,
    started_at: attempt.startedAt,
    latency_ms: attempt.latencyMs,
    first_output_ms: attempt.firstOutputMs,
    exit_code: attempt.exitCode,
    request_id: attempt.requestId,
    usage: usageDocument(attempt.usage),
    cost: costDocument(attempt.cost),
    failure: failureDocument(attempt.failure),
    partial_text: attempt.partialText,
    calls: attempt.calls === null ? null : attempt.calls.map(callDocument),
    changes: changesDocument(attempt.changes),
    no_snapshot: attempt.noSnapshot,
    continues: attempt.continues,
  };
}

function changesDocument(changes: AttemptChanges | null) {
  if (changes === null) return null;
  const { root, before, after, count, files, linesAdded, linesRemoved, recovery, notKept, otherRuns } =
    changes;
  return {
    root,
    before,
    after,
    count,
    lines_added: linesAdded,
    lines_removed: linesRemoved,
    recovery,
    not_kept: notKept,
    other_runs: otherRuns,
    files: files.map(({ path, status, linesAdded: added, linesRemoved: removed }) => ({
      path,
      status,
      lines_added: added,
      lines_removed: removed,
    })),
  };
}

/** One call in the document. */
export function callDocument(call: ProviderCall) {
  return {
    model: call.model,
    status: call.status,
    usage: usageDocument(call.usage),
    cost: costDocument(call.cost),
    first_output_ms: call.firstOutputMs,
    // The end of a call whose router was killed is not recorded.
    latency_ms: call.latencyMs as number | null,
    failure: failureDocument(call.failure),
  };
}

export function failureDocument(failed: Failure | null) {
  if (failed === null) return null;
  return {
    type: failed.type,
    phase: failed.phase,
    message: failed.message,
    hint: failed.hint,
    tool: failed.tool,
    model: failed.model,
    retry_after_ms: failed.retryAfterMs,
    reset_at: failed.resetAt,
    http_status: failed.httpStatus,
    exit_code: failed.exitCode,
    stderr_tail: failed.stderrTail,
  };
}
