import { eventDocument, finishedDocument } from '../../domain/event-document.js';
import type { RunEvent } from '../../domain/events.js';
import { failure } from '../../domain/failure.js';
import { err } from '../../domain/result.js';
import { correlationHeaders } from '../caller.js';
import { EventStream } from '../event-stream.js';
import type { RouteContext } from '../route.js';
import { runCall, runDocument } from './complete.js';
import type { Method, MethodCall } from './method.js';
import { errorOf, INVALID_REQUEST, type RpcError } from './protocol.js';

/** Called as any other method, it says how it has to be called. */
export const stream: Method = {
  name: 'llm.stream',
  summary: 'Runs a request and gives its events as they happen; needs `Accept: text/event-stream`',
  result:
    'server-sent events: `event` is the type of an event of `exec --format ndjson`, `data` the event; the last one carries the document',
  params: 'run',
  call: async () => {
    const message = '`llm.stream` gives events, and this request does not ask for them';
    const hint = 'send `Accept: text/event-stream`, one call in a request and with an `id`';
    return err({ code: INVALID_REQUEST, failure: failure('usage', message, { hint }) });
  },
};

/** Sends the events of a run. The error is one before the first event; nothing was sent then. */
export async function streamEvents(
  call: MethodCall,
  { response }: Pick<RouteContext, 'response'>,
): Promise<RpcError | null> {
  const { service, context } = call;
  const events = new EventStream(response);
  let id = '';
  const stamp = () => ({ id, ts: new Date(service.world.clock.now()).toISOString() });
  const { redactor } = service.active().host;
  const documentOf = (event: RunEvent): object => {
    if (event.type === 'invocation.finished')
      return finishedDocument(runDocument(event.invocation, call), stamp());
    const document = eventDocument(event, stamp());
    // The tool's own answer is never altered.
    return event.type === 'output.delta' ? document : redactor.value(document);
  };
  const run = await runCall(call, {
    onEvent: (event) => {
      if (event.type === 'invocation.started') {
        id = event.id;
        events.open(correlationHeaders(context));
      }
      return events.send(event.type, JSON.stringify(documentOf(event)));
    },
  });
  if (!run.ok) return errorOf(run.error);
  events.end();
  return null;
}
