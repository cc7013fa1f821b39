import type { Outcome } from '../../domain/attempt.js';
import type { AdapterContext, AdapterEvent } from '../adapter.js';
import type { HttpCall, HttpEnd } from './call.js';
import { callProvider } from './client.js';
import { limitMentions } from './limits.js';
import { type FinishedCall, outcomeOf } from './outcome.js';
import { proxyFor } from './proxy.js';
import { Reading } from './reading.js';
import type { PreparedRequest } from './request.js';
import type { Wire } from './wire.js';

/** Sends one request and reads its answer; yields the text as it comes. */
export async function* attemptCall(
  { wire, request }: { wire: Wire; request: PreparedRequest },
  context: AdapterContext,
): AsyncGenerator<AdapterEvent, Outcome, void> {
  const reading = new Reading(wire.reader(request.task), {
    streamForm: wire.streamForm,
    maxBytes: request.task.tool.maxOutputBytes,
    monotonicMs: context.monotonicMs,
  });
  const asked = callOf(request, context, reading);
  const call = callProvider(asked);
  let end: HttpEnd = { ended: 'complete' };
  try {
    for (let step = await call.next(); ; step = await call.next()) {
      if (step.done === true) {
        end = step.value;
        break;
      }
      if (step.value.type === 'response') await reading.open(step.value);
      else for (const text of reading.push(step.value.bytes)) yield { type: 'delta', text };
      if (reading.isDone()) break;
    }
  } finally {
    await call.return({ ended: 'complete' });
  }
  if (end.ended === 'complete') for (const text of reading.finish()) yield { type: 'delta', text };
  const requestBytes = Buffer.byteLength(asked.body ?? '');
  return concluded(
    { ...reading.result(), wire, task: request.task, requestBytes, end, redact: context.redact },
    context,
  );
}

function callOf(request: PreparedRequest, context: AdapterContext, reading: Reading): HttpCall {
  const { task, url, headers, body } = request;
  const { deadline } = context;
  return {
    url,
    headers,
    body: JSON.stringify(body),
    proxy: proxyFor(url, context.env),
    connectTimeoutMs: task.tool.connectTimeoutMs,
    idleTimeoutMs: task.idleTimeoutMs,
    timeoutMs: task.timeoutMs,
    stop: { isOver: () => deadline.failure !== null, whenOver: deadline.onStop },
    isComplete: () => reading.isComplete(),
    graceMs: () => reading.graceMs(),
  };
}

/** The parser of times is loaded only if a provider sends one. */
async function concluded(call: FinishedCall, context: AdapterContext): Promise<Outcome> {
  const outcome = outcomeOf(call);
  if (outcome.failure === null) return outcome;
  if (call.end.ended === 'cancelled')
    return { ...outcome, failure: context.deadline.failure ?? outcome.failure };
  const error = call.refusal ?? call.answer.error;
  const mentions = limitMentions(
    call.response?.headers ?? {},
    error === null ? '' : `${error.message}\n${error.raw}`,
  );
  const isLimit = ['rate_limit', 'quota', 'overloaded', 'provider_error'].includes(outcome.failure.type);
  if (mentions.length === 0 || !isLimit) return outcome;
  const { credibleLimitEnd } = await import('../../domain/limit-time.js');
  const limit = credibleLimitEnd(mentions, { nowMs: context.now(), zone: 'utc' });
  return { ...outcome, failure: { ...outcome.failure, ...limit } };
}
