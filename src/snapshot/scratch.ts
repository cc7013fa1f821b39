import { mkdirSync } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { distinctName } from '../crypto/crypto.js';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import type { Repository } from '../git/repository.js';
import { systemTrouble, type Trouble } from '../git/trouble.js';

/** A folder for temporary files in the folder of a work tree's repository, so that they can be renamed into the work tree. */
export interface Scratch {
  dir: string;
  /** A new name in it. */
  file(): string;
  remove(): Promise<void>;
}

/** Creates one; its removal also removes those that killed processes have left. */
export async function openScratch({ gitDir }: Repository): Promise<Result<Scratch, Trouble>> {
  const parent = path.join(gitDir, FOLDER);
  const dir = path.join(parent, distinctName());
  try {
    // With `recursive` Node says ENOENT where the file system is read-only.
    makeOnce(parent);
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    return err(systemTrouble(error, `\`${parent}\` cannot be written`));
  }
  let files = 0;
  const remove = async (): Promise<void> => {
    await rm(dir, { recursive: true, force: true }).catch(() => undefined);
    await removeOld(parent).catch(() => undefined);
  };
  return ok({ dir, file: () => path.join(dir, String(files++)), remove });
}

function makeOnce(dir: string): void {
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
}

/** In the folder of a repository. */
export const FOLDER = 'llm-router';
/** Longer than any run, ms. */
const OLD_MS = 7 * 24 * 3_600_000;

async function removeOld(parent: string): Promise<void> {
  const names = await readdir(parent);
  for (const name of names.filter((one) => /^[\da-f]{16}$/.test(one))) {
    const dir = path.join(parent, name);
    const { mtimeMs } = await stat(dir);
    if (Date.now() - mtimeMs > OLD_MS) await rm(dir, { recursive: true, force: true });
  }
}
