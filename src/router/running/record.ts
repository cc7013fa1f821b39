import type { Identity } from '../../adapters/command/family.js';
import type { Owner } from '../../owner.js';

/** A run that is under way, as it stands on disk for the router that comes after a killed one. */
export interface RunRecord {
  version: 1;
  id: string;
  root_id: string;
  started_at: string;
  router: Owner;
  /** Within which its process numbers are counted. */
  pid_namespace: string;
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
 * What has become of a run, seen from a process. `away`: on another machine or in another container, which alone can tell.
 * `gone`: the machine was started again, so nothing of it lives. `here`: it may live, if its router does.
 */
export function whereabouts(
  { router, pid_namespace }: RunRecord,
  here: { owner: Owner; pidNamespace: string },
): 'here' | 'gone' | 'away' {
  if (router.host !== here.owner.host) return 'away';
  if (router.bootId !== here.owner.bootId) return 'gone';
  return pid_namespace === here.pidNamespace ? 'here' : 'away';
}

function isRecord(value: unknown): value is RunRecord {
  if (!isObject(value)) return false;
  const { version, id, root_id, started_at, router, pid_namespace, leader, pipes, trace } = value;
  return (
    version === 1 &&
    [id, root_id, started_at, pid_namespace].every((text) => typeof text === 'string') &&
    isOwner(router) &&
    (leader === null || isIdentity(leader)) &&
    Array.isArray(pipes) &&
    (trace === null || typeof trace === 'string')
  );
}

function isOwner(value: unknown): value is Owner {
  if (!isObject(value)) return false;
  const { pid, host, bootId, startTicks } = value;
  return (
    Number.isInteger(pid) &&
    typeof host === 'string' &&
    (bootId === null || typeof bootId === 'string') &&
    (startTicks === null || typeof startTicks === 'number')
  );
}

function isIdentity(value: unknown): value is Identity {
  if (!isObject(value)) return false;
  return Number.isInteger(value.pid) && typeof value.start === 'number';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
