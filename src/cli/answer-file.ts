import { constants, type Stats } from 'node:fs';
import { access, lstat, open, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
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
}

/** The file of `-o`; `null` without one, and for `-`, which is stdout. Fails before any money is spent. */
export async function answerFile(
  cwd: string,
  name: string | undefined,
): Promise<Result<AnswerFile | null, Failure>> {
  if (name === undefined || name === '-') return ok(null);
  if (name === '') return err(failure('usage', '--output: the path is empty'));
  const file = path.resolve(cwd, name);
  const [parent, found, entry] = await Promise.all([statOf(path.dirname(file)), statOf(file), entryOf(file)]);
  if (parent?.isDirectory() !== true) return err(unwritable(name, 'its folder does not exist'));
  if (found?.isDirectory() === true) return err(unwritable(name, 'it is a folder'));
  const isReplaced = !isStream(file, found);
  const target: Target = {
    name,
    file,
    mode: entry?.isFile() === true ? entry.mode & 0o777 : null,
    isReplaced,
  };
  const problem = found?.isFIFO() === true ? null : await tryWriting(target);
  return problem === null ? ok({ write: (text) => put(target, text) }) : err(problem);
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

async function put({ name, file, mode, isReplaced }: Target, text: string): Promise<Failure | null> {
  const whole = text.endsWith('\n') || text === '' ? text : `${text}\n`;
  try {
    await (isReplaced ? writeByRename(file, whole, { mode }) : writeFile(file, whole));
    return null;
  } catch (error) {
    return unwritable(name, fileTrouble(error));
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
