import type { InvocationDocument } from '../domain/document.js';
import { isMap } from '../domain/lookup.js';
import { identityFrom, type ProcessIdentity } from '../process/identity.js';

/** A detached run as it was started: `job.json` of its folder. */
export interface JobRecord {
  version: 1;
  /** The handle, which is the id of the invocation. */
  id: string;
  trace_id: string;
  started_at: string;
  /** The program that started it: `exec`, or the name of another client. */
  started_by: string;
  agent: string | null;
  /** The first candidate of its plan. */
  tool: string | null;
  model: string | null;
  session: string | null;
  parent_id: string | null;
  root_id: string;
  cwd: string;
  /** Folder of the project; `null` outside of one. */
  project: string | null;
  /** Its trace and the folder of traces, absolute; `null` when none is kept. */
  trace: string | null;
  traces: string | null;
  /** The file of its ledger, absolute. */
  ledger: string;
  /** When the run and its answer are removed, as its trace is. */
  keep_until: string;
  /** Its answer reaches a terminal as it is. */
  is_raw: boolean;
  process: ProcessIdentity;
}

/** The end of a detached run: `end.json`. */
export interface JobEnd {
  version: 1;
  ended_at: string;
  exit_code: number;
  /** The document of `exec --json`; `null` when the run ended without one. */
  document: InvocationDocument | null;
}

/** Reads a record; `null` when it is damaged, or of another version. */
export function parseRecord(text: string): JobRecord | null {
  const value = parsed(text);
  const process = identityFrom(value?.process);
  if (value === null || process === null || value.version !== 1) return null;
  const { id, trace_id, started_at, started_by, root_id, cwd, ledger, keep_until } = value;
  const texts = [id, trace_id, started_at, started_by, root_id, cwd, ledger, keep_until];
  const isWhole = texts.every((field) => typeof field === 'string');
  return isWhole ? ({ ...value, process } as unknown as JobRecord) : null;
}

/** Reads an end; `null` when it is damaged, or of another version. */
export function parseEnd(text: string): JobEnd | null {
  const value = parsed(text);
  const isWhole =
    value?.version === 1 && Number.isInteger(value.exit_code) && typeof value.ended_at === 'string';
  return isWhole ? (value as unknown as JobEnd) : null;
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isMap(value) ? value : null;
  } catch {
    return null;
  }
}
