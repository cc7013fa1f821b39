import { costDocument, usageDocument } from '../domain/document.js';
import type { EventSink, RunEvent } from '../domain/events.js';
import type { Invocation } from '../domain/invocation.js';
import type { NamedCandidate, Plan } from '../domain/plan.js';
import { unreachable } from '../domain/result.js';
import { withoutTexts } from '../redact/private-texts.js';
import type { LogEventName, LogLevel, LogRecord } from './log-fields.js';

/** What the log needs to know of a run. */
export interface LogSubject {
  id: string;
  traceId: string;
  agent: string | null;
  session: string | null;
  /** The calling agent, if it is another. */
  sourceAgent: string | null;
  parentId: string | null;
  /** Prompt and system text, unless they may be kept: tools echo them in what they complain of. */
  privateTexts: readonly (string | null)[];
  /** The provider of a model of the catalogue. */
  providerOf: (model: string | null) => string | null;
}

/** A line before id, time and agent are added. */
interface Line {
  level: LogLevel;
  event: LogEventName;
  tool: string | null;
  model: string | null;
  attempt: number | null;
  more: Record<string, unknown>;
}

/** Turns events into lines of the structured log; `now` is the wall clock in ms since the epoch. */
export function logSink(
  subject: LogSubject,
  { now, write }: { now: () => number; write: (record: LogRecord) => void | Promise<void> },
): EventSink {
  return async (event) => {
    for (const line of linesOf(event)) await write(stamped(line, subject, now()));
  };
}

function stamped({ more, ...line }: Line, subject: LogSubject, nowMs: number): LogRecord {
  return {
    ts: new Date(nowMs).toISOString(),
    level: line.level,
    event: line.event,
    invocation_id: subject.id,
    trace_id: subject.traceId,
    parent_id: subject.parentId,
    session: subject.session,
    source_agent: subject.sourceAgent,
    agent: subject.agent,
    tool: line.tool,
    provider: subject.providerOf(line.model),
    model: line.model,
    attempt: line.attempt,
    ...withoutTexts(more, subject.privateTexts),
  };
}

function linesOf(event: RunEvent): Line[] {
  switch (event.type) {
    case 'plan':
      return planLines(event.plan);
    case 'attempt.started': {
      const { tool, model } = event.candidate;
      const more = { argv: event.argv };
      return [{ level: 'info', event: 'llm.complete.start', tool, model, attempt: event.attempt, more }];
    }
    case 'attempt.finished':
      return [attemptLine(event)];
    case 'fallback': {
      const { from, to, failure, attempt } = event;
      const more = { from_tool: from.tool, from_model: from.model, reason: failure.type };
      const { tool, model } = to;
      return [{ level: 'warning', event: 'policy.fallback', tool, model, attempt, more }];
    }
    case 'recovery': {
      const { candidate, attempt, action, changes } = event;
      const { count, linesAdded, linesRemoved } = changes;
      const more = { action, files: count, lines_added: linesAdded, lines_removed: linesRemoved };
      return [{ ...candidateOf(candidate), level: 'warning', event: 'llm.recovery', attempt, more }];
    }
    case 'retry.scheduled': {
      const { candidate, attempt, delayMs, at, reason, detail } = event;
      const more = { wait_ms: delayMs, at, reason, message: detail };
      return [{ ...candidateOf(candidate), level: 'warning', event: 'llm.retry', attempt, more }];
    }
    case 'queue.wait': {
      const { candidate, attempt, ahead, delayMs, at, waitedMs } = event;
      const more = { ahead, wait_ms: delayMs, at, waited_ms: waitedMs };
      return [{ ...candidateOf(candidate), level: 'info', event: 'llm.queue.wait', attempt, more }];
    }
    case 'budget.warning': {
      const { message, estimate } = event;
      const none = { tool: null, model: null, attempt: null };
      return [{ ...none, level: 'warning', event: 'policy.warning', more: { message, estimate } }];
    }
    case 'invocation.finished':
      return unrunLines(event.invocation);
    case 'invocation.started':
    case 'output.delta':
    case 'output.restart':
    case 'tool.activity':
      return [];
    default:
      return unreachable(event);
  }
}

function candidateOf({ tool, model }: NamedCandidate): Pick<Line, 'tool' | 'model'> {
  return { tool, model };
}

function planLines({ candidates, rejected, warnings, policy, inputTokens }: Plan): Line[] {
  const [first] = candidates;
  const none = { tool: null, model: null, attempt: null };
  const refusals = rejected.map(({ tool, model, reason, detail, at, phase }): Line => {
    return {
      ...none,
      level: 'warning',
      event: 'policy.refused',
      tool,
      model,
      more: { reason, detail, at, phase },
    };
  });
  const cautions = warnings.map((message): Line => {
    return { ...none, level: 'warning', event: 'policy.warning', more: { message } };
  });
  if (first === undefined) return [...refusals, ...cautions];
  const { tool, model, because } = first;
  const more = { because, policy, estimated_input_tokens: inputTokens, candidates: candidates.length };
  return [{ ...none, level: 'info', event: 'policy.choice', tool, model, more }, ...refusals, ...cautions];
}

function attemptLine(event: Extract<RunEvent, { type: 'attempt.finished' }>): Line {
  const { n, tool, model, failure, ...attempt } = event.record;
  const { total_tokens: _sum, ...usage } = usageDocument(attempt.usage) ?? { total_tokens: null };
  const cost = costDocument(attempt.cost);
  const more = {
    latency_ms: attempt.latencyMs,
    first_output_ms: attempt.firstOutputMs,
    exit_code: attempt.exitCode,
    response_model: event.responseModel,
    finish_reason: event.finishReason,
    ...usage,
    cost_usd: cost?.usd ?? null,
    cost_basis: cost?.basis ?? null,
  };
  const head = { tool, model, attempt: n };
  if (failure === null) return { ...head, level: 'info', event: 'llm.complete.success', more };
  const failed = { ...more, failure: failure.type, message: failure.message };
  return { ...head, level: 'error', event: 'llm.complete.error', more: failed };
}

/** Each attempt has its own line; a run without any gets this one. */
function unrunLines({ attempts, failure }: Invocation): Line[] {
  if (attempts.length > 0 || failure === null) return [];
  const { tool, model, type, message } = failure;
  const more = { failure: type, message };
  return [{ level: 'error', event: 'llm.complete.error', tool, model, attempt: null, more }];
}
