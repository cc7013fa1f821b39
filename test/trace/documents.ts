import { emptyRequest, type Request } from '../../src/domain/request.js';
import { ownIdentity } from '../../src/process/this-process.js';
import { createRouter } from '../../src/router/router.js';
import { type TraceDocument, traceDocument } from '../../src/trace/document.js';
import { emptyRecord, noteEvent } from '../../src/trace/record.js';
import { realHost } from '../../src/world.js';
import { configOf } from '../rig/config.js';
import { ownCooldowns } from '../rig/cooldowns.js';
import { deadlineOf } from '../rig/deadline.js';

/** What a trace is to be like. */
export interface Wanted {
  atMs: number;
  logPrompts?: boolean;
  yaml?: string;
  request?: Partial<Request>;
  /** Leaves the run where it stands after so many events. */
  events?: number;
}

/** A real trace of a run on a mock, as of a given time. */
export async function traceOf({ atMs, logPrompts = false, yaml = '', request: more = {}, events }: Wanted) {
  const never = new AbortController().signal;
  const clock = { ...realHost().clock, now: () => atMs };
  const deps = {
    ...realHost(),
    clock,
    readFile: async () => '',
    urgent: never,
    traces: null,
    cooldowns: ownCooldowns(),
    audit: null,
    ledger: null,
    runningDir: null,
  };
  const router = createRouter(configOf(yaml), deps);
  const request = { ...emptyRequest('/'), prompt: 'the secret plan', tool: 'mock', ...more };
  const planned = await router.plan(request);
  if (!planned.ok) throw new Error(planned.error.message);
  const record = emptyRecord(planned.value);
  let left = events ?? Number.POSITIVE_INFINITY;
  await router.complete(planned.value, {
    deadline: deadlineOf(),
    emit: (event) => {
      if (left-- > 0) noteEvent(record, event, () => new Date(atMs).toISOString());
    },
  });
  const document: TraceDocument = traceDocument(record, {
    request,
    versions: { router: '1', node: '20', platform: 'linux' },
    owner: ownIdentity(),
    origin: { cwd: '/', config: [] },
    logPrompts,
  });
  return document;
}
