import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Who may read what is written: the user alone, or whom the system's default lets. */
export interface Privacy {
  private: boolean;
}

/** How a file is written. */
export interface WriteOptions extends Partial<Privacy> {
  /** Permission bits of the file; `null` or left out: the system's default. */
  mode?: number | null;
}

/** Writers of one process each get a draft of their own. */
let drafts = 0;

/**
 * Writes a file by rename, so that nobody ever reads half of it, and makes its folder. Rejects with the system's error, and
 * leaves nothing behind then.
 */
export async function writeByRename(file: string, text: string, options: WriteOptions = {}): Promise<void> {
  const isPrivate = options.private ?? false;
  const mode = isPrivate ? 0o600 : (options.mode ?? null);
  await makeFolder(path.dirname(file), { private: isPrivate });
  const draft = `${file}.${process.pid}.${drafts++}.part`;
  try {
    await writeFile(draft, text, mode === null ? {} : { mode });
    if (mode !== null) await chmod(draft, mode);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/**
 * Makes a folder and those above it. Not by `recursive: true`: on Node 20 that spins for ever where a parent that is there
 * refuses with ENOENT, as /proc does.
 */
export async function makeFolder(folder: string, options: Privacy): Promise<void> {
  if (await made(folder, options)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeFolder(parent, options);
  if (await made(folder, options)) return;
  throw Object.assign(new Error(`the folder ${folder} cannot be made`), { code: 'ENOENT', syscall: 'mkdir' });
}

/** Why a file operation failed, as the system says it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether the folder is there now; false when one above it is missing. */
async function made(folder: string, options: Privacy): Promise<boolean> {
  try {
    await mkdir(folder, options.private ? { mode: 0o700 } : {});
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}
