import { readdirSync } from 'node:fs';
import { lstat, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { markerOf } from '../../adapters/command/marker.js';
import { isPrivateFolder } from '../../adapters/command/private-files.js';
import { readOwnFileNow } from '../../files.js';
import type { ProcessIdentity } from '../../process/identity.js';
import { livenessOf, ownIdentity } from '../../process/this-process.js';
import { ProcessTree } from '../../process/tree.js';
import { markInterrupted } from '../../trace/mark-interrupted.js';
import { parseRecord, type RunRecord } from './record.js';

/** Grace period of orphans of a killed router, ms. */
const GRACE_MS = 1000;
/** An unreadable record may still be in writing; after this time, ms, it is not. */
const UNREADABLE_MS = 60_000;
/** Retention of records of routers on other hosts or in other containers, which cannot be seen from here, ms. */
const UNSEEN_MS = 30 * 24 * 3_600_000;

/** Context for finding interrupted runs. */
export interface Finder {
  /** Folder of records. */
  dir: string;
  /** The run of this process; `null`: it has none. */
  ownId: string | null;
  /** The outermost run that this process is a descendant of; `null`: it is not inside a run. */
  ownRootId: string | null;
  urgent: AbortSignal;
  monotonicMs: () => number;
  now: () => number;
}

/** A run whose router was killed, and how many processes of it were still alive. */
export interface InterruptedRun {
  id: string;
  processes: number;
}

/**
 * Cleans up after killed routers: ends processes that are proven to be theirs, removes private folders and the records
 * themselves, and marks traces as interrupted. One process handles each record. Never rejects: an unreadable record is
 * kept, and so is one that another user may have written, which could name any process of this user.
 */
export async function endInterruptedRuns(finder: Finder): Promise<InterruptedRun[]> {
  const others = recordsIn(finder.dir).filter((name) => name !== `${finder.ownId}.json`);
  if (others.length === 0) return [];
  const own = ownIdentity();
  const ended: InterruptedRun[] = [];
  for (const name of others) {
    const run = await endInterruptedRun(name, { finder, own }).catch(() => null);
    if (run !== null) ended.push(run);
  }
  return ended;
}

/** `<id>.json`, or `<id>.<pid>-<start>.claim` while a process handles it. */
const RECORD = /^[0-9A-Z]{26}\.(?:json|(\d+)-(\d+)\.claim)$/;

/** Synchronous: the folder is nearly always empty, and an asynchronous call would take longer than the answer. */
function recordsIn(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => RECORD.test(name));
  } catch {
    return [];
  }
}

async function endInterruptedRun(
  name: string,
  { finder, own }: { finder: Finder; own: ProcessIdentity },
): Promise<InterruptedRun | null> {
  const file = path.join(finder.dir, name);
  const record = parseRecord(readOwnFileNow(file));
  if (record === null) return removeOld(file, UNREADABLE_MS, finder);
  const liveness = livenessOf(record.router);
  if (liveness === 'unknown') return removeOld(file, UNSEEN_MS, finder);
  // We may be a descendant of that run: a process outside of it will end it.
  if (record.root_id === finder.ownRootId) return null;
  if (liveness === 'alive' || isClaimed(name, own)) return null;
  const claim = path.join(finder.dir, `${record.id}.${own.pid}-${own.startTicks ?? 0}.claim`);
  await rename(file, claim); // fails for all but the first
  // After another boot none of its processes is left.
  const processes = record.router.bootId === own.bootId ? await endTree(record, finder) : 0;
  if (record.folder !== null) await removeFolder(record.folder).catch(() => undefined);
  if (record.trace !== null) await markInterrupted(record.trace).catch(() => undefined);
  await rm(claim, { force: true });
  return { id: record.id, processes };
}

/** Whether another live process handles the record. */
function isClaimed(name: string, own: ProcessIdentity): boolean {
  const [, pid, start] = RECORD.exec(name) ?? [];
  if (pid === undefined) return false;
  const startTicks = own.startTicks === null ? null : Number(start);
  return livenessOf({ ...own, pid: Number(pid), startTicks }) !== 'dead';
}

async function endTree(record: RunRecord, { urgent, monotonicMs }: Finder): Promise<number> {
  const marker = markerOf({ invocationId: record.id, rootId: record.root_id });
  const leader = record.leader ?? record.router;
  const tree = await ProcessTree.fromRecord(
    { leader: leader.pid, marker, leaveRunning: [] },
    { leader: record.leader, since: record.router.startTicks ?? 0, pipes: record.pipes },
  );
  const left = await tree.findLive();
  await tree.end({ killAtMs: monotonicMs() + GRACE_MS, monotonicMs, urgent });
  return left.length;
}

/** In a shared temp folder another user may have taken the name since. */
async function removeFolder(folder: string): Promise<void> {
  const { uid } = await lstat(folder);
  const isOurs = process.getuid === undefined || uid === process.getuid();
  if (isOurs && isPrivateFolder(folder)) await rm(folder, { recursive: true, force: true, maxRetries: 2 });
}

async function removeOld(file: string, ageMs: number, { now }: Finder): Promise<null> {
  const { mtimeMs } = await stat(file);
  if (now() - mtimeMs > ageMs) await rm(file, { force: true });
  return null;
}
