import type { RouterConfig } from '../config/types.js';
import type { EventSink } from '../domain/events.js';
import { lookup } from '../domain/lookup.js';
import type { Redactor } from '../redact/redact.js';
import { traceSink } from '../telemetry/trace-sink.js';
import type { Versions } from '../trace/document.js';
import { fileTraceStore, type TraceStore } from '../trace/store.js';
import type { Planned } from './router.js';

/** Where traces go, and what they are cleaned with. */
export interface TraceTarget {
  dir: string;
  versions: Versions;
  redactor: Redactor;
  /** Told when a trace cannot be written; the run goes on. */
  warn: (message: string) => void;
}

/** The caller's sink, preceded by the trace: it is written before anybody is told that the run has ended. */
export function withTrace(
  { config, planned, target }: { config: RouterConfig; planned: Planned; target: TraceTarget | null },
  emit: EventSink,
): EventSink {
  if (target === null) return emit;
  const logPrompts = lookup(config.policies, planned.plan.policy)?.privacy.logPrompts ?? false;
  const trace = traceSink({ ...target, request: planned.request, logPrompts });
  return async (event) => {
    await trace(event);
    await emit(event);
  };
}

/** The traces in a folder, for reading. */
export function openTraces(dir: string): TraceStore {
  return fileTraceStore(dir);
}
