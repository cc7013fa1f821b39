import type { RunEvent } from '../../domain/events.js';
import type { Failure } from '../../domain/failure.js';
import type { ParentSpan } from '../../domain/trace-context.js';
import type { Redactor } from '../../redact/redact.js';

/** What spans say of a run besides its events. */
export interface ObservedRun {
  id: string;
  traceId: string;
  parentSpan: ParentSpan | null;
  /** Wall clock, ms since the epoch. */
  startedMs: number;
  agent: string | null;
  session: string | null;
  /** The calling agent, if it is another. */
  sourceAgent: string | null;
  /** The invocation that it is nested in. */
  parentId: string | null;
  policy: string;
  /** Texts that go with the spans; `null`: they are private. */
  texts: { system: string | null; messages: readonly { role: string; text: string }[] } | null;
  /** Texts that must not appear: tools echo them in what they complain of. */
  privateTexts: readonly (string | null)[];
  /** The provider of a model of the catalogue. */
  providerOf: (model: string | null) => string | null;
  /** URL of the API of a tool; `null`: it is no provider API. */
  apiOf: (tool: string) => string | null;
  redactor: Redactor;
  /** Of a race, in the order in which they ended. */
  verifications?: readonly ObservedVerification[];
}

/** How the change of a candidate was judged. Times are ms since the epoch. */
export interface ObservedVerification {
  /** The invocation of the candidate. */
  id: string;
  tool: string | null;
  startMs: number;
  endMs: number;
  /** `null`: the command was ended, or not started. */
  exitCode: number | null;
  /** Why the change has not passed; `null`: it has. */
  failure: Pick<Failure, 'type' | 'message'> | null;
}

/** An event with the time at which it came, ms since the epoch. */
export interface TimedEvent {
  event: RunEvent;
  atMs: number;
}

/** The surroundings of the telemetry of a router. */
export interface TelemetryWorld extends TelemetryTarget {
  env: Readonly<Record<string, string | undefined>>;
  /** Wall clock, ms since the epoch. */
  now: () => number;
}

/** That a collector may be told of runs. */
export interface TelemetryTarget {
  /** Of the router. */
  version: string;
  /** Called when something could not be sent. The end of the telemetry waits for what it returns. */
  warn: (message: string) => void | Promise<void>;
}
