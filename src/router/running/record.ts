import type { Identity } from '../../adapters/command/family.js';

/** Which system a process number belongs to; a home folder may be shared by several. */
export interface Host {
  name: string;
  /** Changes when the system is started again. */
  boot: string;
  /** Containers on one kernel count their processes apart. */
  pidNamespace: string;
}

/** A run that is under way, as it stands on disk for the router that comes after a killed one. */
export interface RunRecord {
  version: 1;
  id: string;
  root_id: string;
  started_at: string;
  host: Host;
  router: Identity;
  /** The tool's process. */
  leader: Identity | null;
  /** The pipes that it writes into. */
  pipes: readonly string[];
  /** Its trace, absolute; `null` when none is kept. */
  trace: string | null;
}

/** Reads a record; `null` when it is damaged, or of another version. */
export function parseRecord(text: string): RunRecord | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

/**
 * What has become of a run, seen from `host`. `away`: on another system, which alone can tell. `gone`: its system was started
 * again, so nothing of it lives. `here`: it may live, if its router does.
 */
export function whereabouts(record: RunRecord, host: Host): 'here' | 'gone' | 'away' {
  const { name, boot, pidNamespace } = record.host;
  if (name !== host.name) return 'away';
  if (boot !== host.boot) return 'gone';
  return pidNamespace === host.pidNamespace ? 'here' : 'away';
}

function isRecord(value: unknown): value is RunRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { version, id, root_id, started_at, host, router, leader, pipes, trace } = value as Record<
    string,
    unknown
  >;
  return (
    version === 1 &&
    [id, root_id, started_at].every((text) => typeof text === 'string') &&
    isHost(host) &&
    isIdentity(router) &&
    (leader === null || isIdentity(leader)) &&
    Array.isArray(pipes) &&
    (trace === null || typeof trace === 'string')
  );
}

function isHost(value: unknown): value is Host {
  if (typeof value !== 'object' || value === null) return false;
  const { name, boot, pidNamespace } = value as Record<string, unknown>;
  return [name, boot, pidNamespace].every((text) => typeof text === 'string');
}

function isIdentity(value: unknown): value is Identity {
  if (typeof value !== 'object' || value === null) return false;
  const { pid, start } = value as Record<string, unknown>;
  return Number.isInteger(pid) && typeof start === 'number';
}
