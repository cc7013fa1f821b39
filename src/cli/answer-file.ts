import { constants, openSync, type Stats } from 'node:fs';
import { access, lstat, open, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { draftOf, writeByRename } from '../files.js';
import { fileTrouble } from './file-trouble.js';

/** Where `-o` puts the answer. */
export interface AnswerFile {
  /** Writes by rename, so that half an answer is never seen, and keeps the mode; returns why it could not. */
  write(text: string): Promise<Failure | null>;
}

/** A path that was looked at before the run. */
interface Target {
  /** As the user wrote it. */
  name: string;
  file: string;
  /** Of an existing regular file; `null`: there is none. */
  mode: number | null;
  /** Devices and pipes are written to, also through a link; everything else is replaced, a link too. */
  isReplaced: boolean;
  isPipe: boolean;
  /** Ends the wait for the reader of a pipe. */
  signal: AbortSignal;
}

/** The file of `-o`; `null` without one, and for `-`, which is stdout. Fails before any money is spent. */
export async function answerFile(
  cwd: string,
  name: string | undefined,
  signal: AbortSignal,
): Promise<Result<AnswerFile | null, Failure>> {
  if (name === undefined || name === '-') return ok(null);
  if (name === '') return err(failure('usage', '--output: the path is empty'));
  const file = path.resolve(cwd, name);
  const [parent, found, entry] = await Promise.all([statOf(path.dirname(file)), statOf(file), entryOf(file)]);
  if (parent?.isDirectory() !== true) return err(unwritable(name, 'its folder does not exist'));
  if (found?.isDirectory() === true) return err(unwritable(name, 'it is a folder'));
  if (namesFolder(name)) return err(unwritable(name, 'its folder does not exist'));
  const isReplaced = !isStream(file, found);
  const target: Target = {
    name,
    file,
    mode: entry?.isFile() === true ? entry.mode & 0o777 : null,
    isReplaced,
    isPipe: found?.isFIFO() === true,
    signal,
  };
  const problem = target.isPipe ? null : await tryWriting(target);
  return problem === null ? ok({ write: (text) => put(target, text) }) : err(problem);
}

/** Whether a path can only be that of a folder: its resolved form would be that of a file. */
export function namesFolder(name: string): boolean {
  return /\/\.{0,2}$/.test(name);
}

/** Permissions do not tell everything: a full disk, a read-only mount and `/proc` are known only by trying. */
async function tryWriting({ name, file, mode, isReplaced }: Target): Promise<Failure | null> {
  try {
    if (mode !== null) await access(file, constants.W_OK);
    if (isReplaced) await makeAndRemove(draftOf(file));
    else await (await open(file, constants.O_WRONLY | constants.O_NONBLOCK)).close();
    return null;
  } catch (error) {
    return unwritable(name, fileTrouble(error));
  }
}

async function makeAndRemove(draft: string): Promise<void> {
  await writeFile(draft, '', { flag: 'wx' });
  await rm(draft, { force: true });
}

/** `/dev/stdout` and `/proc/self/fd/1` lead to a regular file where stdout is one, and must not be replaced either. */
function isStream(file: string, found: Stats | null): boolean {
  return found !== null && (!found.isFile() || /^\/(?:dev|proc)\//.test(file));
}

async function put(target: Target, text: string): Promise<Failure | null> {
  const { name, file, mode, isReplaced, isPipe, signal } = target;
  const whole = text.endsWith('\n') || text === '' ? text : `${text}\n`;
  try {
    if (isPipe) await writePipe(target, whole);
    else await (isReplaced ? writeByRename(file, whole, { mode }) : writeFile(file, whole));
    return null;
  } catch (error) {
    const isUnread = isPipe && signal.aborted;
    return unwritable(name, isUnread ? 'nothing reads the pipe' : fileTrouble(error));
  }
}

/** A write that waits for its reader would keep the process from its end. */
async function writePipe({ file, signal }: Target, text: string): Promise<void> {
  const fd = await openPipe(file, signal);
  const [{ Socket }, { pipeline }] = await Promise.all([import('node:net'), import('node:stream/promises')]);
  // The stream closes the descriptor.
  await pipeline([text], new Socket({ fd, readable: false, writable: true }), { signal });
}

/** How often a named pipe without a reader is looked at again. */
const READER_CHECK_MS = 50;

async function openPipe(file: string, signal: AbortSignal): Promise<number> {
  const { setTimeout } = await import('node:timers/promises');
  for (;;) {
    try {
      return openSync(file, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (codeOf(error) !== 'ENXIO') throw error;
    }
    await setTimeout(READER_CHECK_MS, undefined, { signal });
  }
}

function unwritable(name: string, reason: string): Failure {
  return failure('input', `cannot write \`${name}\` (--output): ${reason}`);
}

function statOf(file: string) {
  return stat(file).catch(() => null);
}

/** The entry itself, links not followed. */
function entryOf(file: string) {
  return lstat(file).catch(() => null);
}
