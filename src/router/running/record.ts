import { isMap } from '../../domain/lookup.js';
import { identityFrom, type ProcessIdentity } from '../../process/identity.js';
import type { ProcessKey } from '../../process/tree.js';

/** A run that is under way, as it stands on disk for the router that comes after a killed one. */
export interface RunRecord {
  version: 1;
  id: string;
  root_id: string;
  started_at: string;
  router: ProcessIdentity;
  /** The tool's process. */
  leader: ProcessKey | null;
  /** The pipes that it writes into. */
  pipes: readonly string[];
  /** Its trace, absolute; `null` when none is kept. */
  trace: string | null;
}

/** Reads a record; `null` when it is damaged, or of another version. */
export function parseRecord(text: string): RunRecord | null {
  try {
    return recordFrom(JSON.parse(text));
  } catch {
    return null;
  }
}

function recordFrom(value: unknown): RunRecord | null {
  if (!isMap(value)) return null;
  const router = identityFrom(value.router);
  return router !== null && isRecord(value) ? { ...value, router } : null;
}

function isRecord(value: object): value is RunRecord {
  const { version, id, root_id, started_at, leader, pipes, trace } = value as Record<string, unknown>;
  return (
    version === 1 &&
    [id, root_id, started_at].every((text) => typeof text === 'string') &&
    (leader === null || isProcessKey(leader)) &&
    Array.isArray(pipes) &&
    (trace === null || typeof trace === 'string')
  );
}

function isProcessKey(value: unknown): value is ProcessKey {
  if (!isMap(value)) return false;
  return Number.isInteger(value.pid) && typeof value.start === 'number';
}
