import type { RouterConfig } from '../config/types.js';
import type { EventSink } from '../domain/events.js';
import { ownIdentity } from '../process/this-process.js';
import type { Redactor } from '../redact/redact.js';
import { traceSink } from '../telemetry/trace-sink.js';
import type { Origin, Versions } from '../trace/document.js';
import { folderOf, type TracePlace } from '../trace/store.js';
import type { Planned } from './planned.js';

/** Where traces go. */
export interface TraceTarget {
  place: TracePlace;
  /** How long a call of a provider may take before its trace is written while it goes on, ms; absent: as for one run of a command. */
  callMs?: number;
  versions: Versions;
  /** Called when a trace cannot be written; the run goes on. */
  warn: (message: string) => void;
  origin: Origin;
}

/** A sink that writes the trace of one run; `null`: none is kept. */
export function traceOf(
  {
    planned,
    now,
    redactor,
    isEarly = false,
  }: { planned: Planned; now: () => number; redactor: Redactor; isEarly?: boolean | undefined },
  target: TraceTarget | null,
): EventSink | null {
  if (target === null) return null;
  const { request, isolation } = planned;
  const { versions, origin } = target;
  const subject = () => ({
    request,
    isolation,
    versions,
    origin,
    owner: ownIdentity(),
    logPrompts: planned.policy.privacy.logPrompts,
  });
  return traceSink({ ...target, redactor, known: planned, subject, now, isEarly });
}

/** Removes traces past the retention of the config, once a day; errors are left to the next day. Returns whether that was due. */
export async function keepTraces(
  dir: string,
  { config, nowMs }: { config: RouterConfig; nowMs: number },
): Promise<boolean> {
  if (!config.traces.enabled) return false;
  const { keepDays } = await import('../trace/retention.js');
  return keepDays(dir, { days: config.traces.retentionDays, nowMs }).catch(() => false);
}

/** The same for where a router keeps its traces; a program's own store keeps what it wants. */
export async function keepTracesOf(
  target: TraceTarget | null,
  by: { config: RouterConfig; nowMs: number },
): Promise<boolean> {
  const dir = target && folderOf(target.place);
  return dir === null ? false : keepTraces(dir, by);
}
