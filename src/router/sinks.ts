import type { RouterConfig } from '../config/types.js';
import type { EventSink } from '../domain/events.js';
import type { Invocation } from '../domain/invocation.js';
import { lookup } from '../domain/lookup.js';
import { fanOut } from '../telemetry/fan-out.js';
import type { LogRecord } from '../telemetry/log-fields.js';
import { logSink } from '../telemetry/log-sink.js';
import type { Planned, RouterDeps } from './router.js';
import { keepsPrompts, traceOf } from './traces.js';

export type { LogRecord } from '../telemetry/log-fields.js';

/** Who wants to hear of one run. */
export interface Listeners {
  emit?: EventSink;
  /** Takes the lines of the structured log. */
  log?: (record: LogRecord) => void | Promise<void>;
}

/** Everybody who is told of one run. */
export interface RunSinks {
  emit: EventSink;
  /** The invocation, with a warning if a sink threw. */
  concluded(invocation: Invocation): Invocation;
}

/** The trace first: it is written before anybody is told that the run has ended. Then the log, then the caller. */
export function runSinks(
  { config, deps, planned }: { config: RouterConfig; deps: RouterDeps; planned: Planned },
  listeners: Listeners,
): RunSinks {
  const trace = traceOf({ config, planned, now: deps.clock.now }, deps.traces);
  const log = logOf({ config, deps, planned }, listeners.log);
  const sinks = fanOut([trace, log, listeners.emit ?? null]);
  return {
    emit: sinks.emit,
    concluded: (invocation) => {
      const { count, first } = sinks.failures();
      if (count === 0) return invocation;
      const times = count === 1 ? 'once' : `${count} times`;
      const warning = `an event sink failed ${times}: ${first}`;
      return { ...invocation, warnings: [...invocation.warnings, warning] };
    },
  };
}

function logOf(
  { config, deps, planned }: { config: RouterConfig; deps: RouterDeps; planned: Planned },
  write: Listeners['log'],
): EventSink | null {
  if (write === undefined) return null;
  const { id, traceId, plan, request } = planned;
  const parentId = request.parent?.id ?? null;
  const providerOf = (model: string | null) => lookup(config.models, model)?.provider ?? null;
  const privateTexts = keepsPrompts(config, planned) ? [] : [request.prompt, request.system];
  const known = { id, traceId, agent: plan.agent, session: request.session, parentId };
  return logSink({ ...known, privateTexts, providerOf }, { now: deps.clock.now, write });
}
