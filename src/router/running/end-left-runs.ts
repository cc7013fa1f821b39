import { readdirSync } from 'node:fs';
import { readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { markerOf } from '../../adapters/command/marker.js';
import type { ProcessIdentity } from '../../process/identity.js';
import { livenessOf, ownIdentity } from '../../process/this-process.js';
import { ProcessTree } from '../../process/tree.js';
import { markInterrupted } from '../../trace/mark-interrupted.js';
import { parseRecord, type RunRecord } from './record.js';

/** SIGTERM to SIGKILL for what a killed router left, ms: nobody is interested in its answer any more. */
const GRACE_MS = 1000;
/** A record that cannot be read may be one that is just being written; after this time, ms, it never will be. */
const UNREADABLE_MS = 60_000;
/** Records of systems that never come back are kept no longer, ms. */
const AWAY_MS = 30 * 24 * 3_600_000;

/** What is needed to look after runs of others. */
export interface Caretaker {
  /** Folder of records. */
  dir: string;
  /** The run of this process; `null`: it has none. */
  ownId: string | null;
  /** The first run of the family that this process belongs to itself; `null`: it is no part of one. */
  ownRootId: string | null;
  urgent: AbortSignal;
  monotonicMs: () => number;
  now: () => number;
}

/** A run whose router was killed, and how many processes of it were still alive. */
export interface LeftRun {
  id: string;
  processes: number;
}

/**
 * Ends what routers left that were killed, marks their traces as interrupted and removes their records. Only what is proven to
 * be theirs is touched, and each record by one process alone. Never rejects: what cannot be read is left.
 */
export async function endLeftRuns(caretaker: Caretaker): Promise<LeftRun[]> {
  const others = recordsIn(caretaker.dir).filter((name) => name !== `${caretaker.ownId}.json`);
  if (others.length === 0) return [];
  const own = ownIdentity();
  const ended: LeftRun[] = [];
  for (const name of others) {
    const run = await endLeftRun(name, { caretaker, own }).catch(() => null);
    if (run !== null) ended.push(run);
  }
  return ended;
}

/** `<id>.json`, or `<id>.<pid>-<start>.claim` while somebody looks after it. */
const RECORD = /^[0-9A-Z]{26}\.(?:json|(\d+)-(\d+)\.claim)$/;

/** Nearly always there is but one, and asking for it in the background would cost more than the answer. */
function recordsIn(dir: string): string[] {
  try {
    return readdirSync(dir).filter((name) => RECORD.test(name));
  } catch {
    return [];
  }
}

interface Duty {
  caretaker: Caretaker;
  own: ProcessIdentity;
}

async function endLeftRun(name: string, duty: Duty): Promise<LeftRun | null> {
  const { caretaker, own } = duty;
  const file = path.join(caretaker.dir, name);
  const record = parseRecord(await readFile(file, 'utf8'));
  if (record === null) return removeOld(file, UNREADABLE_MS, caretaker);
  const liveness = livenessOf(record.router);
  if (liveness === 'unknown') return removeOld(file, AWAY_MS, caretaker);
  // We may run below a tool that such a router left: the next one that does not will end it.
  if (record.root_id === caretaker.ownRootId) return null;
  if (liveness === 'alive' || isClaimed(name, own)) return null;
  const claim = path.join(caretaker.dir, `${record.id}.${own.pid}-${own.startTicks ?? 0}.claim`);
  await rename(file, claim); // fails for all but the first
  // After another boot none of its processes is left.
  const processes = record.router.bootId === own.bootId ? await endTree(record, caretaker) : 0;
  if (record.trace !== null) await markInterrupted(record.trace).catch(() => undefined);
  await rm(claim, { force: true });
  return { id: record.id, processes };
}

/** Whether another process looks after it and lives. */
function isClaimed(name: string, own: ProcessIdentity): boolean {
  const [, pid, start] = RECORD.exec(name) ?? [];
  if (pid === undefined) return false;
  const startTicks = own.startTicks === null ? null : Number(start);
  return livenessOf({ ...own, pid: Number(pid), startTicks }) !== 'dead';
}

async function endTree(record: RunRecord, { urgent, monotonicMs }: Caretaker): Promise<number> {
  const marker = markerOf({ invocationId: record.id, rootId: record.root_id });
  const leader = record.leader ?? record.router;
  const marks = { leader: leader.pid, marker, leaveRunning: [] };
  const tree = await ProcessTree.fromRecord(marks, {
    leader: record.leader,
    since: record.router.startTicks ?? 0,
    pipes: record.pipes,
  });
  const left = await tree.findLive();
  await tree.end({ killAtMs: monotonicMs() + GRACE_MS, monotonicMs, urgent });
  return left.length;
}

async function removeOld(file: string, ageMs: number, { now }: Caretaker): Promise<null> {
  const { mtimeMs } = await stat(file);
  if (now() - mtimeMs > ageMs) await rm(file, { force: true });
  return null;
}
