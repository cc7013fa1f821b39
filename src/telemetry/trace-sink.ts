import type { EventSink } from '../domain/events.js';
import { reasonOf } from '../files.js';
import type { Redactor } from '../redact/redact.js';
import type { TraceSubject } from '../trace/document.js';
import { emptyRecord, noteEvent } from '../trace/record.js';
import type { TracePlace, TraceWriter } from '../trace/store.js';

/** What a trace sink needs to know of the run. */
export interface TraceSinkInput {
  place: TracePlace;
  /** Read once the tool runs. */
  subject: () => TraceSubject;
  known: { id: string; traceId: string; startedAt: string };
  redactor: Redactor;
  /** Wall clock, ms since the epoch. */
  now: () => number;
  /** How long a call of a provider may take before its trace is written while it goes on, ms. */
  callMs?: number;
  /** Its trace is written before anything has started: what it starts has traces of its own. */
  isEarly?: boolean;
  /** Called once when the trace cannot be written. */
  warn: (message: string) => void;
}

/**
 * Writes the trace when a tool has started, while that works, and when the invocation has ended. A trace that cannot be written
 * warns once and never fails a run.
 */
export function traceSink(input: TraceSinkInput): EventSink {
  const record = emptyRecord(input.known);
  const save = oneAtATime(async () => {
    const [{ traceDocument }, writer] = await Promise.all([
      import('../trace/document.js'),
      storeAt(input.place),
    ]);
    const document = traceDocument(record, input.subject());
    // A pattern of the user's may fit these, and the trace is found by them.
    const { id, started_at } = document;
    await writer.write({ ...input.redactor.value(document), id, started_at });
  }, warnOnce(input.warn));
  let early: NodeJS.Timeout | undefined;
  return (event) => {
    noteEvent(record, event, () => new Date(input.now()).toISOString());
    if (event.type === 'attempt.started') {
      // A process can outlive its router, so that its trace is there as soon as it is.
      if (event.pid !== null) void save();
      else early ??= setTimeout(save, input.callMs ?? CALL_MS);
    }
    if (event.type === 'plan' && input.isEarly === true) return save();
    // Who kills the router during a wait can go on with the session that the trace then names.
    if (event.type === 'retry.scheduled') return save();
    if (event.type !== 'invocation.finished') return;
    clearTimeout(early);
    return save();
  };
}

/** Many calls are over by then. */
const CALL_MS = 50;

const STORES = new WeakMap<TracePlace, Promise<TraceWriter>>();

/** The store of a place, the same for every run: it knows what it has checked. */
function storeAt(place: TracePlace): Promise<TraceWriter> {
  const store = STORES.get(place) ?? openStore(place);
  STORES.set(place, store);
  return store;
}

async function openStore(place: TracePlace): Promise<TraceWriter> {
  if ('store' in place) return place.store;
  const { fileTraceStore } = await import('../trace/store.js');
  return fileTraceStore(place.dir, place.writeText);
}

/** Calls in the meantime lead to one more run, with what is known by then. */
function oneAtATime(work: () => Promise<void>, failed: (error: unknown) => void): () => Promise<void> {
  let asked = false;
  let running: Promise<void> | null = null;
  const run = async (): Promise<void> => {
    while (asked) {
      asked = false;
      await work().catch(failed);
    }
    running = null;
  };
  return () => {
    asked = true;
    running ??= run();
    return running;
  };
}

function warnOnce(warn: (message: string) => void): (error: unknown) => void {
  let warned = false;
  return (error) => {
    if (warned) return;
    warned = true;
    warn(`the trace could not be written: ${reasonOf(error)}`);
  };
}
