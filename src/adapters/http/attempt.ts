import type { Outcome } from '../../domain/attempt.js';
import type { Failure } from '../../domain/failure.js';
import type { AdapterContext, AdapterEvent } from '../adapter.js';
import type { HttpCall, HttpEnd } from './call.js';
import { callProvider } from './client.js';
import { limitMentions } from './limits.js';
import { type FinishedCall, outcomeOf } from './outcome.js';
import { Reading } from './reading.js';
import type { PreparedRequest } from './request.js';
import type { Wire } from './wire.js';

/** Sends one request and reads its answer; yields the text as it comes. */
export async function* attemptCall(
  { wire, request }: { wire: Wire; request: PreparedRequest },
  context: AdapterContext,
): AsyncGenerator<AdapterEvent, Outcome, void> {
  yield { type: 'started', argv: null, pid: null };
  const reading = new Reading(wire.reader(request.task), {
    streamForm: wire.streamForm,
    maxBytes: request.task.tool.maxOutputBytes,
    monotonicMs: context.monotonicMs,
  });
  const asked = callOf(request, context, reading);
  const events = callProvider(asked);
  let end: HttpEnd = { ended: 'complete' };
  try {
    for (let step = await events.next(); ; step = await events.next()) {
      if (step.done === true) {
        end = step.value;
        break;
      }
      if (step.value.type === 'response') await reading.open(step.value);
      else {
        const text = reading.push(step.value.bytes);
        if (text !== '') yield { type: 'delta', text };
      }
      if (reading.isDone()) break;
    }
  } finally {
    await events.return({ ended: 'complete' });
  }
  const rest = end.ended === 'complete' ? reading.finish() : '';
  if (rest !== '') yield { type: 'delta', text: rest };
  const requestBytes = Buffer.byteLength(asked.body ?? '');
  const call = reading.finished({ wire, task: request.task, requestBytes, end, redact: context.redact });
  const outcome = outcomeOf(call);
  return outcome.failure === null ? outcome : withLimitEnd(outcome, outcome.failure, { call, context });
}

function callOf(request: PreparedRequest, context: AdapterContext, reading: Reading): HttpCall {
  const { task, url, headers, body, proxy } = request;
  const { deadline } = context;
  return {
    url,
    headers,
    body: JSON.stringify(body),
    connections: context.connections,
    proxy,
    connectTimeoutMs: task.tool.connectTimeoutMs,
    idleTimeoutMs: task.idleTimeoutMs,
    timeoutMs: task.timeoutMs,
    stop: { isOver: () => deadline.failure !== null, whenOver: (then) => deadline.onStop(then) },
    isComplete: () => reading.isComplete(),
    graceMs: () => reading.graceMs(),
  };
}

/** The outcome of a failed call, with the end of the limit that it met. The parser of times is loaded only if a provider sends one. */
async function withLimitEnd(
  outcome: Outcome,
  failure: Failure,
  { call, context }: { call: FinishedCall; context: AdapterContext },
): Promise<Outcome> {
  if (call.end.ended === 'cancelled') return { ...outcome, failure: context.deadline.failure ?? failure };
  const error = call.refusal ?? call.answer.error;
  const mentions = limitMentions(
    call.response?.headers ?? {},
    error === null ? '' : `${error.message}\n${error.raw}`,
  );
  const isLimit = ['rate_limit', 'quota', 'overloaded', 'provider_error'].includes(failure.type);
  if (mentions.length === 0 || !isLimit) return outcome;
  const { credibleLimitEnd } = await import('../../domain/limit-time.js');
  const limit = credibleLimitEnd(mentions, { nowMs: context.now(), zone: 'utc' });
  return { ...outcome, failure: { ...failure, ...limit } };
}
