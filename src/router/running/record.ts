import { isMap } from '../../domain/lookup.js';
import { identityFrom, type ProcessIdentity } from '../../process/identity.js';
import type { ProcessKey } from '../../process/tree.js';

/** The record of a running run on disk, for the next router if this one is killed. */
export interface RunRecord extends StartRecord {
  version: 1;
  id: string;
  /** Together with `id` the marker that identifies the run's processes. */
  root_id: string;
  started_at: string;
  /** 0 for a run that is not nested; in records of earlier versions always. */
  depth: number;
  router: ProcessIdentity;
  /** Its trace, absolute; `null` when none is kept. */
  trace: string | null;
}

/** The running attempt. */
export interface StartRecord {
  /** Private folder of the attempt, absolute; `null`: it has none. */
  folder: string | null;
  /** The tool's process; `null`: not started yet, or its router was killed right after the start. */
  leader: ProcessKey | null;
  /** The pipes of its stdout and stderr. */
  pipes: readonly string[];
}

/** One line of a record. The first has all fields, later ones the changes; each is one append. */
export function recordLine(part: RunRecord | Partial<StartRecord>): string {
  return `${JSON.stringify(part)}\n`;
}

/** Reads a record; `null` when it is damaged, or of another version. */
export function parseRecord(text: string): RunRecord | null {
  const [first, ...later] = text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine);
  if (first === undefined) return null;
  const router = identityFrom(first.router);
  const record = Object.assign({ folder: null, depth: 0 }, first, ...later);
  return router !== null && isRecord(record) ? { ...record, router } : null;
}

/** Unfinished lines are ignored. */
function parseLine(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return isMap(value) ? value : {};
  } catch {
    return {};
  }
}

function isRecord(value: object): value is RunRecord {
  const { version, id, root_id, started_at, depth, folder, leader, pipes, trace } = value as Record<
    string,
    unknown
  >;
  return (
    version === 1 &&
    Number.isInteger(depth) &&
    [id, root_id, started_at].every((text) => typeof text === 'string') &&
    [folder, trace].every((path) => path === null || typeof path === 'string') &&
    (leader === null || isProcessKey(leader)) &&
    Array.isArray(pipes)
  );
}

function isProcessKey(value: unknown): value is ProcessKey {
  return isMap(value) && Number.isInteger(value.pid) && typeof value.start === 'number';
}
