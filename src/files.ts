import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Visibility of a written file: private to the user, or the system's default. */
export interface Privacy {
  private: boolean;
}

/** How a file is written. */
export interface WriteOptions extends Partial<Privacy> {
  /** Permission bits; `null` or absent: the system's default. */
  mode?: number | null;
}

/**
 * Writes a file by rename, so that it is never read half-written, and creates its folder. Rejects with the system's error, and
 * then leaves nothing behind.
 */
export async function writeByRename(file: string, text: string, options: WriteOptions = {}): Promise<void> {
  const isPrivate = options.private ?? false;
  const mode = isPrivate ? 0o600 : (options.mode ?? null);
  await makeFolder(path.dirname(file), { private: isPrivate });
  const draft = draftOf(file);
  try {
    await writeFile(draft, text, { flag: 'wx', ...(mode === null ? {} : { mode }) });
    if (mode !== null) await chmod(draft, mode);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * A new name beside a file. It is random: in a folder that others may write to, a name that they can guess may be a link of theirs.
 */
export function draftOf(file: string): string {
  return `${file}.${randomBytes(8).toString('hex')}.part`;
}

/**
 * Creates a folder and its parents. Not by `recursive: true`, which never returns on Node 20 when an existing parent
 * fails with ENOENT, as /proc does.
 */
export async function makeFolder(folder: string, options: Privacy): Promise<void> {
  if (await made(folder, options)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeFolder(parent, options);
  if (await made(folder, options)) return;
  throw Object.assign(new Error(`the folder ${folder} cannot be made`), { code: 'ENOENT', syscall: 'mkdir' });
}

/** The system's reason for a failed file operation. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether the folder exists now; false when its parent is missing. */
async function made(folder: string, options: Privacy): Promise<boolean> {
  try {
    await mkdir(folder, { mode: options.private ? 0o700 : 0o755 });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}
