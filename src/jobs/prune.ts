import { lstat } from 'node:fs/promises';
import path from 'node:path';
import { DAY_MS } from '../domain/calendar.js';
import { idTime } from '../domain/id.js';
import { jobOf } from './jobs.js';
import { jobIds, readRecord, removeJob } from './store.js';
import type { JobsWorld } from './world.js';

/** Removes runs that are over and whose time to be kept is over too, with their answers. Returns how many. */
export async function pruneJobs(world: Pick<JobsWorld, 'dir' | 'clock'>): Promise<number> {
  const nowMs = world.clock.now();
  return removeThose(world, async (id) => {
    const record = readRecord(world.dir, id);
    return record === null ? isLeftOver(world.dir, id, nowMs) : Date.parse(record.keep_until) <= nowMs;
  });
}

/** Removes runs that are over, were started before a time and have their traces in this folder, whose traces were removed as well. */
export async function pruneJobsOf(
  world: Pick<JobsWorld, 'dir' | 'clock'>,
  { traces, beforeMs }: { traces: string; beforeMs: number },
): Promise<number> {
  const before = idTime(beforeMs);
  return removeThose(world, async (id) => id < before && readRecord(world.dir, id)?.traces === traces);
}

async function removeThose(
  world: Pick<JobsWorld, 'dir' | 'clock'>,
  isOld: (id: string) => Promise<boolean>,
): Promise<number> {
  let removed = 0;
  for (const id of jobIds(world.dir)) {
    if (!(await isOld(id)) || (await jobOf(world, id))?.state === 'running') continue;
    await removeJob(world.dir, id);
    removed++;
  }
  return removed;
}

/** The folder of a run whose client was killed while it started. */
async function isLeftOver(dir: string, id: string, nowMs: number): Promise<boolean> {
  const found = await lstat(path.join(dir, id)).catch(() => null);
  return found !== null && nowMs - found.mtimeMs > DAY_MS;
}
