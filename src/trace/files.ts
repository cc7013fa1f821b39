import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { codeOf } from '../domain/system-error.js';
import { readRegularFile } from '../files.js';

/** Larger than any trace of ours: several are read at once. */
const MAX_BYTES = 32 * 1024 * 1024;

/** The text of a trace. A link is not followed: a project's folder of traces may come from anyone. */
export async function readTraceText(file: string): Promise<string> {
  return (await readRegularFile(file, { maxBytes: MAX_BYTES, followsLinks: false })).toString('utf8');
}

/** Names of files in a folder that fit, last first; none where there is no such folder. Links do not count. */
export function namesIn(folder: string, pattern: RegExp): Promise<string[]> {
  return entriesIn(folder, (entry) => entry.isFile() && pattern.test(entry.name));
}

/** The same for folders. */
export function foldersIn(folder: string, pattern: RegExp): Promise<string[]> {
  return entriesIn(folder, (entry) => entry.isDirectory() && pattern.test(entry.name));
}

async function entriesIn(folder: string, fits: (entry: Dirent) => boolean): Promise<string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    const names = entries.filter(fits).map(({ name }) => name);
    return names.sort().reverse();
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}
