import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { livenessOf } from '../process/this-process.js';
import type { JobEnd, JobRecord } from './record.js';
import { jobIds, lastBeatMs, readEnd, readRecord, unreadableFolder } from './store.js';
import type { JobsWorld } from './world.js';

/** A detached run: `lost` is one whose process has ended without a word, killed or by a crash of the machine. */
export type Job =
  | { state: 'running'; record: JobRecord }
  | { state: 'ended'; record: JobRecord; end: JobEnd }
  | { state: 'lost'; record: JobRecord };

/** Interval of the heartbeats of a detached run, ms. */
export const BEAT_MS = 60_000;
/** A process on another host or in another container counts as lost after this long without a heartbeat, ms. */
const UNSEEN_MS = 5 * BEAT_MS;

/** All detached runs that are kept, newest first. */
export async function listJobs(world: Pick<JobsWorld, 'dir' | 'clock'>): Promise<Job[]> {
  const jobs = await Promise.all(jobIds(world.dir).map((id) => jobOf(world, id)));
  return jobs.filter((job) => job !== null);
}

/** The run of a handle, in any case; a unique prefix is enough, and `last` is the newest. */
export async function findJob(
  world: Pick<JobsWorld, 'dir' | 'clock'>,
  wanted: string,
): Promise<Result<Job, Failure>> {
  const unreadable = unreadableFolder(world.dir);
  if (unreadable !== null) return err(unreadable);
  const ids = jobIds(world.dir).filter((id) => readRecord(world.dir, id) !== null);
  const found = wanted === 'last' ? ids.slice(0, 1) : ids.filter((id) => id.startsWith(wanted.toUpperCase()));
  const [id] = found;
  if (id === undefined || wanted === '') return err(unknownJob(wanted));
  if (found.length > 1) return err(ambiguous(wanted, found));
  const job = await jobOf(world, id);
  return job === null ? err(unknownJob(wanted)) : ok(job);
}

/** A run and its state now; `null`: there is none of this id. */
export async function jobOf(
  { dir, clock }: Pick<JobsWorld, 'dir' | 'clock'>,
  id: string,
): Promise<Job | null> {
  const record = readRecord(dir, id);
  if (record === null) return null;
  const end = readEnd(dir, id);
  if (end !== null) return { state: 'ended', record, end };
  if (await isRunning(record, { dir, nowMs: clock.now() })) return { state: 'running', record };
  // It may have ended between the two looks.
  const last = readEnd(dir, id);
  return last === null ? { state: 'lost', record } : { state: 'ended', record, end: last };
}

async function isRunning(
  { id, process }: JobRecord,
  { dir, nowMs }: { dir: string; nowMs: number },
): Promise<boolean> {
  const liveness = livenessOf(process);
  if (liveness !== 'unknown') return liveness === 'alive';
  const beatMs = await lastBeatMs(dir, id);
  return beatMs !== null && nowMs - beatMs < UNSEEN_MS;
}

/** The failure of a handle that names no detached run. */
function unknownJob(wanted: string): Failure {
  const message =
    wanted === 'last' ? 'there is no detached run yet' : `there is no detached run \`${wanted}\``;
  return failure('usage', message, {
    hint: 'see `llm-router jobs`; one is kept as long as its trace, and `exec --detach` starts one',
  });
}

function ambiguous(wanted: string, ids: readonly string[]): Failure {
  const shown = ids.slice(0, 5).map((id) => `\`${id}\``);
  return failure('usage', `\`${wanted}\` is the beginning of ${ids.length} detached runs`, {
    hint: `one of ${shown.join(', ')}${ids.length > shown.length ? ', …' : ''}`,
  });
}
