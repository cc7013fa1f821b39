import { closeSync, constants, openSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';
import type { ProcessRecorder } from '../../adapters/adapter.js';
import { makeFolder } from '../../files.js';
import { findProcesses } from '../../process/process-list.js';
import { ownIdentity } from '../../process/this-process.js';
import { pipesOf } from '../../process/tree.js';
import { recordLine, type StartRecord } from './record.js';

/** The part of a record about the run itself. */
export interface RecordedRun {
  /** Folder of records. */
  dir: string;
  id: string;
  rootId: string;
  startedAt: string;
  depth: number;
  trace: string | null;
}

/** The record of one run. */
export interface RunRecorder extends ProcessRecorder {
  /** Removes the record once nothing of the run is left. */
  remove(): void;
}

const { O_APPEND, O_CREAT, O_WRONLY } = constants;

/** Records a run on disk from before its first process starts. A record that cannot be written does not fail the run. */
export function runRecorder(run: RecordedRun): RunRecorder {
  const file = path.join(run.dir, `${run.id}.json`);
  let isThere = false;
  return {
    beforeStart: async (folder) => {
      const start = { folder, leader: null, pipes: [] };
      if (isThere) append(file, recordLine(start));
      else isThere = await create(file, firstLine(run, start));
    },
    afterStart: async (pid) => {
      const pipes = pipesOf(pid);
      const [entry] = await findProcesses([pid]);
      if (entry !== undefined) append(file, recordLine({ leader: { pid, start: entry.start }, pipes }));
    },
    remove: () => {
      if (!isThere) return;
      isThere = false;
      attempt(() => unlinkSync(file));
    },
  };
}

function firstLine({ id, rootId, startedAt, depth, trace }: RecordedRun, start: StartRecord): string {
  const run = { version: 1 as const, id, root_id: rootId, started_at: startedAt, depth, trace };
  return recordLine({ ...run, router: ownIdentity(), ...start });
}

/** Synchronous, since the record must be written before the process starts. */
async function create(file: string, line: string): Promise<boolean> {
  const write = () => writeLine(file, line, O_CREAT);
  if (attempt(write)) return true;
  await makeFolder(path.dirname(file), { private: true }).catch(() => undefined);
  return attempt(write);
}

/** Never creates the file, since a run that has ended has removed it. */
function append(file: string, line: string): void {
  attempt(() => writeLine(file, line, 0));
}

function writeLine(file: string, line: string, flags: number): void {
  const descriptor = openSync(file, O_WRONLY | O_APPEND | flags, 0o600);
  try {
    writeSync(descriptor, line);
  } finally {
    closeSync(descriptor);
  }
}

/** Whether the write succeeded. */
function attempt(act: () => void): boolean {
  try {
    act();
    return true;
  } catch {
    return false;
  }
}
