/** Names a process for good: a pid alone is given out again, and every PID namespace (container) has its own numbers. */
export interface ProcessIdentity {
  host: string;
  /** Boot of the kernel; `null` where the system does not tell (Linux does). */
  bootId: string | null;
  /** PID namespace in which `pid` counts; `null` where there are none, and in records of earlier versions. */
  pidNamespace: string | null;
  pid: number;
  /** Start of the process, in ticks since the boot; `null` where the system does not tell. */
  startTicks: number | null;
}

/** `unknown`: a process that cannot be seen from here, on another host or in another container. */
export type Liveness = 'alive' | 'dead' | 'unknown';

/** The place from which processes are looked at. */
export interface Observer {
  host: string;
  bootId: string | null;
  pidNamespace: string | null;
  /** Start of a live process, `null` when there is none; `null` where the system lists no start times. */
  startTicksOf: ((pid: number) => number | null) | null;
  /** Whether the pid is in use. */
  isInUse: (pid: number) => boolean;
}

/**
 * Whether a process is alive, seen from an observer. An identity without a PID namespace is taken for one of the observer's.
 */
export function livenessSeenBy(observer: Observer, identity: ProcessIdentity): Liveness {
  const { host, bootId, pidNamespace, pid, startTicks } = identity;
  if (host !== observer.host) return 'unknown';
  if (bootId !== null && observer.bootId === null) return 'unknown';
  if (bootId !== null && bootId !== observer.bootId) return 'dead';
  if (pidNamespace !== null && pidNamespace !== observer.pidNamespace) return 'unknown';
  if (startTicks !== null && observer.startTicksOf !== null)
    return observer.startTicksOf(pid) === startTicks ? 'alive' : 'dead';
  // The number may belong to another process by now.
  return observer.isInUse(pid) ? 'unknown' : 'dead';
}

/** Reads an identity from parsed JSON; `null` when it is none. */
export function identityFrom(value: unknown): ProcessIdentity | null {
  if (typeof value !== 'object' || value === null) return null;
  const { host, bootId, pidNamespace = null, pid, startTicks } = value as Record<string, unknown>;
  if (typeof host !== 'string' || !isPid(pid)) return null;
  if (!isTextOrNull(bootId) || !isTextOrNull(pidNamespace)) return null;
  if (startTicks !== null && typeof startTicks !== 'number') return null;
  return { host, bootId, pidNamespace, pid, startTicks };
}

function isPid(value: unknown): value is number {
  return Number.isInteger(value);
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string';
}
