import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder and those above it, private to the user. Not by `recursive: true`: on Node 20 that spins for ever where a parent
 * that is there refuses with ENOENT, as /proc does.
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await made(folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeFolder(parent);
  if (!(await made(folder))) throw new Error(`the folder ${folder} cannot be made`);
}

/** Whether the folder is there now; false when one above it is missing. */
async function made(folder: string): Promise<boolean> {
  try {
    await mkdir(folder, { mode: 0o700 });
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'EEXIST') return true;
    if (code === 'ENOENT') return false;
    throw error;
  }
}
