import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { lstat, rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import { type Failure, failure } from '../domain/failure.js';
import { ID_PATTERN } from '../domain/id.js';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { makeFolder, readOwnFileNow, reasonOf, requireOwnFolder, writeByRename } from '../files.js';
import { type JobEnd, type JobRecord, parseEnd, parseRecord } from './record.js';

/** The streams of a detached run. */
export type JobStream = 'stdout' | 'stderr';

/** A folder for a new run, private to the user, with the files that its output goes to; the caller closes them. */
export async function makeJobFolder(dir: string, id: string): Promise<{ stdout: number; stderr: number }> {
  await makeFolder(dir, { private: true });
  await requireOwnFolder(dir);
  await makeFolder(path.join(dir, id), { private: true });
  return {
    stdout: createPrivate(fileOf(dir, id, 'stdout')),
    stderr: createPrivate(fileOf(dir, id, 'stderr')),
  };
}

function createPrivate(file: string): number {
  const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;
  return openSync(file, O_APPEND | O_CREAT | O_EXCL | O_WRONLY, 0o600);
}

/** Keeps the record of a run that has started. */
export function writeRecord(dir: string, record: JobRecord): Promise<void> {
  return writeByRename(fileOf(dir, record.id, 'job.json'), JSON.stringify(record), { private: true });
}

/** Keeps the end of a run, which settles its state for good. */
export function writeEnd(dir: string, id: string, end: JobEnd): Promise<void> {
  return writeByRename(fileOf(dir, id, 'end.json'), JSON.stringify(end), { private: true });
}

/** The record of a run; `null`: there is none, or another user may have written it. */
export function readRecord(dir: string, id: string): JobRecord | null {
  const text = textOf(fileOf(dir, id, 'job.json'));
  return text === null ? null : parseRecord(text);
}

/** The end of a run; `null`: it has none yet. */
export function readEnd(dir: string, id: string): JobEnd | null {
  const text = textOf(fileOf(dir, id, 'end.json'));
  return text === null ? null : parseEnd(text);
}

function textOf(file: string): string | null {
  try {
    return readOwnFileNow(file);
  } catch {
    return null;
  }
}

/** Ids of all folders of runs, newest first; some may be of runs that have not started. None where the folder cannot be read. */
export function jobIds(dir: string): string[] {
  const names = namesIn(dir);
  return names.ok ? names.value : [];
}

/** Why it is not known which runs there are; `null`: it is. */
export function unreadableFolder(dir: string): Failure | null {
  const names = namesIn(dir);
  if (names.ok) return null;
  const message = `cannot read the detached runs in \`${dir}\`: ${reasonOf(names.error)}`;
  return failure('input', message, { hint: 'check who owns the folder' });
}

function namesIn(dir: string): Result<string[], unknown> {
  try {
    const names = readdirSync(dir).filter((name) => ID.test(name));
    return ok(names.sort().reverse());
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? ok([]) : err(error); // no detached run yet
  }
}

const ID = new RegExp(ID_PATTERN);

/** Most bytes that one call of `readOutput` returns. */
const CHUNK = 1024 * 1024;

/** What a run has written to a stream from an offset on, at most a chunk; empty at its end so far. */
export function readOutput(dir: string, id: string, from: { stream: JobStream; offset: number }): Buffer {
  const { O_NOFOLLOW, O_RDONLY } = constants;
  const descriptor = openSync(fileOf(dir, id, from.stream), O_RDONLY | (O_NOFOLLOW ?? 0));
  try {
    const left = Math.max(0, fstatSync(descriptor).size - from.offset);
    const buffer = Buffer.alloc(Math.min(CHUNK, left));
    return buffer.subarray(0, readSync(descriptor, buffer, 0, buffer.length, from.offset));
  } finally {
    closeSync(descriptor);
  }
}

/** Shows that the process of a run is alive, where others cannot see it. */
export async function beat(dir: string, id: string, nowMs: number): Promise<void> {
  await utimes(fileOf(dir, id, 'job.json'), nowMs / 1000, nowMs / 1000);
}

/** When a run last showed that it is alive, ms since the epoch; `null`: it has no record. */
export async function lastBeatMs(dir: string, id: string): Promise<number | null> {
  const found = await lstat(fileOf(dir, id, 'job.json')).catch(() => null);
  return found === null ? null : found.mtimeMs;
}

/** Removes all that is kept of a run. */
export async function removeJob(dir: string, id: string): Promise<void> {
  await rm(path.join(dir, id), { recursive: true, force: true });
}

function fileOf(dir: string, id: string, name: JobStream | 'job.json' | 'end.json'): string {
  return path.join(dir, id, name);
}
