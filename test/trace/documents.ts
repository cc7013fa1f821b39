import { emptyRequest, type Request } from '../../src/domain/request.js';
import { ownIdentity } from '../../src/process/this-process.js';
import { type TraceDocument, traceDocument } from '../../src/trace/document.js';
import { emptyRecord, noteEvent } from '../../src/trace/record.js';
import { realHost } from '../../src/world.js';
import { configOf } from '../rig/config.js';
import { deadlineOf } from '../rig/deadline.js';
import { routerOf } from '../rig/router.js';

/** Properties of the trace to make. */
export interface Wanted {
  atMs: number;
  logPrompts?: boolean;
  yaml?: string;
  request?: Partial<Request>;
  /** Stops recording after this many events. */
  events?: number;
}

/** A real trace of a run on a mock, as of a given time. */
export async function traceOf({ atMs, logPrompts = false, yaml = '', request: more = {}, events }: Wanted) {
  const clock = { ...realHost().clock, now: () => atMs };
  const router = routerOf(configOf(yaml), { clock });
  const request = { ...emptyRequest('/'), prompt: 'the secret plan', tool: 'mock', ...more };
  const planned = await router.plan(request);
  if (!planned.ok) throw new Error(planned.error.message);
  const record = emptyRecord(planned.value);
  let left = events ?? Number.POSITIVE_INFINITY;
  await router.complete(planned.value, {
    deadline: deadlineOf(),
    events: [
      (event) => {
        if (left-- > 0) noteEvent(record, event, () => new Date(atMs).toISOString());
      },
    ],
  });
  const document: TraceDocument = traceDocument(record, {
    request: planned.value.request,
    isolation: planned.value.isolation,
    versions: { router: '1', node: '20', platform: 'linux' },
    owner: ownIdentity(),
    origin: { cwd: '/', config: [] },
    logPrompts,
  });
  return document;
}
