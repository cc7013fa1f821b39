import { toUsd } from './cost.js';
import { attemptDocument, type InvocationDocument, invocationDocument, planDocument } from './document.js';
import type { RunEvent } from './events.js';
import { unreachable } from './result.js';

/** One line of `--format ndjson`: what happened, when, in which invocation and attempt. */
export function eventDocument(event: RunEvent, more: { id: string; ts: string }) {
  const { type } = event;
  const head = { type, ts: more.ts, id: more.id, attempt: 'attempt' in event ? event.attempt : null };
  return { ...head, ...fieldsOf(event) };
}

/** The last line: it carries the document of `--json`. */
export function finishedDocument(invocation: InvocationDocument | object, more: { id: string; ts: string }) {
  return { type: 'invocation.finished', ts: more.ts, id: more.id, attempt: null, invocation };
}

function fieldsOf(event: RunEvent): object {
  switch (event.type) {
    case 'invocation.started':
      return { trace_id: event.traceId, agent: event.agent };
    case 'plan':
      return { plan: planDocument(event.plan) };
    case 'attempt.started':
      return { tool: event.candidate.tool, model: event.candidate.model };
    case 'output.delta':
      return { text: event.text };
    case 'output.restart':
      return {};
    case 'tool.activity':
      return { name: event.name };
    case 'attempt.finished':
      return { record: attemptDocument(event.record) };
    case 'retry.scheduled':
      return {
        tool: event.candidate.tool,
        model: event.candidate.model,
        delay_ms: event.delayMs,
        at: event.at,
        reason: event.reason,
        continues: event.continues,
      };
    case 'queue.wait':
      return {
        tool: event.candidate.tool,
        model: event.candidate.model,
        position: event.ahead + 1,
        delay_ms: event.delayMs,
        at: event.at,
        waited_ms: event.waitedMs,
      };
    case 'budget.warning':
      return budgetFields(event);
    case 'recovery':
      return {
        tool: event.candidate.tool,
        model: event.candidate.model,
        action: event.action,
        files: event.changes.count,
        lines_added: event.changes.linesAdded,
        lines_removed: event.changes.linesRemoved,
      };
    case 'fallback':
      return {
        from: { tool: event.from.tool, model: event.from.model },
        to: { tool: event.to.tool, model: event.to.model },
        reason: event.failure.type,
      };
    case 'invocation.finished':
      return { invocation: invocationDocument(event.invocation) };
    default:
      return unreachable(event);
  }
}

function budgetFields({ message, estimate, window, percent }: Extract<RunEvent, { type: 'budget.warning' }>) {
  return {
    message,
    estimate,
    window: window.window,
    limit: window.isHard ? 'hard' : 'soft',
    percent,
    spent_usd: toUsd(window.settledMicroUsd + window.reservedMicroUsd),
    limit_usd: toUsd(window.limitMicroUsd),
    at: window.at,
  };
}
