import { lstat, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { reasonOf, writeByRename } from '../files.js';

/** Where `-o` puts the answer. */
export interface AnswerFile {
  /** Writes by rename, so that nobody ever sees half an answer; returns why it could not. */
  write(text: string): Promise<Failure | null>;
}

/** Checks before any money is spent that the file's folder is there. */
export async function answerFile(cwd: string, name: string): Promise<Result<AnswerFile, Failure>> {
  if (name === '') return err(failure('usage', '--output: the path is empty'));
  const file = path.resolve(cwd, name);
  const folder = path.dirname(file);
  const [parent, target, entry] = await Promise.all([statOf(folder), statOf(file), entryOf(file)]);
  if (parent?.isDirectory() !== true)
    return err(failure('input', `cannot write \`${name}\` (--output): its folder does not exist`));
  if (target?.isDirectory() === true)
    return err(failure('input', `cannot write \`${name}\` (--output): it is a folder`));
  return ok({
    write: (text) => put({ file, name, replace: entry === null || entry.isFile() }, text),
  });
}

/** A device, or a link such as `/dev/stdout`, is written to, not replaced. */
async function put(
  { file, name, replace }: { file: string; name: string; replace: boolean },
  text: string,
): Promise<Failure | null> {
  const whole = text.endsWith('\n') || text === '' ? text : `${text}\n`;
  try {
    await (replace ? writeByRename(file, whole) : writeFile(file, whole));
    return null;
  } catch (error) {
    const reason = reasonOf(error);
    return failure('input', `cannot write \`${name}\` (--output): ${reason}`);
  }
}

function statOf(file: string) {
  return stat(file).catch(() => null);
}

/** What stands at the name itself: a link is not what it leads to. */
function entryOf(file: string) {
  return lstat(file).catch(() => null);
}
