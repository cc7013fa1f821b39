import { unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeFolder } from '../../files.js';
import { findProcesses } from '../../process/process-list.js';
import { ownIdentity } from '../../process/this-process.js';
import { pipesOf } from '../../process/tree.js';
import type { RunRecord } from './record.js';

/** What a record says of the run itself. */
export interface KnownRun {
  /** Folder of records. */
  dir: string;
  id: string;
  rootId: string;
  startedAt: string;
  trace: string | null;
}

/** Writes the record of a run whose tool has been started; a later tool of the same run replaces it. Rejects when it cannot. */
export async function keepRecord(run: KnownRun, toolPid: number): Promise<void> {
  const [tool] = await findProcesses([toolPid]);
  const record: RunRecord = {
    version: 1,
    id: run.id,
    root_id: run.rootId,
    started_at: run.startedAt,
    router: ownIdentity(),
    leader: tool === undefined ? null : { pid: toolPid, start: tool.start },
    pipes: pipesOf(toolPid),
    trace: run.trace,
  };
  await write(fileOf(run), `${JSON.stringify(record)}\n`);
}

/** Removes the record: nothing of the run is left. One that cannot be removed names a run that nobody finds anything of. */
export function dropRecord(run: KnownRun): void {
  try {
    unlinkSync(fileOf(run));
  } catch {
    // It was never written either: the folder is no folder, or may not be written.
  }
}

/** At once and not in turn with other work: a router that is killed before leaves a tool that nobody knows of. */
async function write(file: string, text: string): Promise<void> {
  const put = () => writeFileSync(file, text, { mode: 0o600 });
  try {
    put();
  } catch {
    await makeFolder(path.dirname(file), { private: true });
    put();
  }
}

function fileOf({ dir, id }: KnownRun): string {
  return path.join(dir, `${id}.json`);
}
