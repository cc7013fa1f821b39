import type { Connections } from './connections.js';
import type { Headers } from './limits.js';

/** One call of a provider, and its time limits. */
export interface HttpCall {
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** `null`: a GET. */
  body: string | null;
  /** Where its connection is taken from. */
  connections: Connections;
  /** URL of the proxy; `null`: none. */
  proxy: string | null;
  /** Until the connection is ready to send: name, proxy and TLS included, ms. */
  connectTimeoutMs: number;
  /** Longest silence of a ready connection while we wait for it, ms. */
  idleTimeoutMs: number | null;
  /** The whole call, ms. */
  timeoutMs: number;
  /** What ends the call early. */
  stop: CallStop;
  /** Whether its answer is complete: the rest is not waited for, and the connection is reused if it ends cleanly. */
  isComplete: () => boolean;
  /** How long to wait for the rest after a finished answer, ms; `null`: it is not finished. */
  graceMs: () => number | null;
}

/** A reason to end a call early. */
export interface CallStop {
  isOver: () => boolean;
  /** Calls back when the call has to end; returns how to stop waiting for that. */
  whenOver: (then: () => void) => () => void;
}

export type HttpEvent =
  | { type: 'response'; status: number; headers: Headers }
  | { type: 'chunk'; bytes: Uint8Array };

/** Why a call ended. `broken` has the error of the system or the connection. */
export type HttpEnd =
  | { ended: 'complete' }
  | { ended: 'timeout'; phase: 'connect' | 'first_output' | 'idle' | 'attempt' }
  | { ended: 'cancelled' }
  | { ended: 'broken'; code: string; message: string };
