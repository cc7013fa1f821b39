import { chmod, copyFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { exists } from './folder.js';

/** Writes a file by rename, so that nobody ever reads half of it; rejects with the system's error. Makes its folder. */
export async function writeByRename(
  file: string,
  text: string,
  options: { private: boolean } = { private: false },
): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true, ...(options.private ? { mode: 0o700 } : {}) });
  const draft = `${file}.${process.pid}.part`;
  try {
    await writeFile(draft, text, options.private ? { mode: 0o600 } : {});
    if (options.private) await chmod(draft, 0o600);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Copies a file beside itself as `.bak` (`.bak.1`, … when that is taken); returns the copy's path. */
export async function keepBackup(file: string): Promise<string> {
  for (let turn = 0; ; turn++) {
    const copy = turn === 0 ? `${file}.bak` : `${file}.bak.${turn}`;
    if (await exists(copy)) continue;
    await copyFile(file, copy);
    return copy;
  }
}

/** Why a file operation failed, as the system says it. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
