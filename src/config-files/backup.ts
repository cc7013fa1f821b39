import { constants } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { exists } from './folder.js';

/** Copies a file beside itself as `.bak` (`.bak.1`, … when that is taken); returns the copy's path. */
export async function keepBackup(file: string): Promise<string> {
  for (let turn = 0; ; turn++) {
    const copy = turn === 0 ? `${file}.bak` : `${file}.bak.${turn}`;
    if (exists(copy)) continue;
    await copyFile(file, copy, constants.COPYFILE_EXCL);
    return copy;
  }
}
