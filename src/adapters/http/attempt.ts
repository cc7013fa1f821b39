import type { Outcome } from '../../domain/attempt.js';
import type { Failure } from '../../domain/failure.js';
import type { AdapterContext, AdapterEvent } from '../adapter.js';
import { usageMeter } from '../usage-meter.js';
import type { HttpCall, HttpEnd } from './call.js';
import { callProvider } from './client.js';
import { withLimitEnd } from './limit-end.js';
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
  const meter = usageMeter(context, () => reading.toldSoFar());
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
        yield* meter();
      }
      if (reading.isDone()) break;
    }
  } finally {
    await events.return({ ended: 'complete' });
  }
  // An answer may be whole although its connection was left open, or broke.
  const rest = end.ended === 'cancelled' ? '' : reading.finish();
  if (rest !== '') yield { type: 'delta', text: rest };
  const requestBytes = Buffer.byteLength(asked.body ?? '');
  const call = reading.finished({ wire, task: request.task, requestBytes, end, redact: context.redact });
  const outcome = outcomeOf(call);
  if (outcome.failure === null) return outcome;
  return { ...outcome, failure: await explained(call, outcome.failure, context) };
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

/** The failure of a call, with the end of the limit that it met. */
async function explained(call: FinishedCall, failed: Failure, context: AdapterContext): Promise<Failure> {
  if (call.end.ended === 'cancelled') return context.deadline.failure ?? failed;
  return withLimitEnd(call, failed, context.now());
}
