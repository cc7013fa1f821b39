import { link, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { distinctName } from '../crypto/crypto.js';
import { parseJson } from '../domain/json.js';
import { err, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { readOwnFileNow } from '../files.js';
import type { Repository } from '../git/repository.js';
import { systemTrouble, type Trouble, trouble } from '../git/trouble.js';
import { identityFrom } from '../process/identity.js';
import { livenessOf, ownIdentity } from '../process/this-process.js';

const PAUSE_MS = 25;
/** Longer than any other run needs for it, ms. */
const LONGEST_MS = 120_000;

/**
 * Does something with the files of a work tree while no other process puts files of a run there. The lock of a process that has ended does
 * not count. `failed` makes trouble with the lock a failure of the act.
 */
export async function alone<T, E>(
  { gitDir }: Repository,
  act: () => Promise<Result<T, E>>,
  failed: (reason: Trouble) => E,
): Promise<Result<T, E>> {
  const file = path.join(gitDir, 'llm-router-applies.lock');
  try {
    if (!(await take(file)))
      return err(
        failed(trouble('failed', `another process holds \`${file}\`, which may be removed if none does`)),
      );
  } catch (error) {
    return err(failed(systemTrouble(error, `\`${file}\` cannot be written`)));
  }
  try {
    return await act();
  } finally {
    await rm(file, { force: true });
  }
}

/** Whether the lock was had in time. */
async function take(file: string): Promise<boolean> {
  const own = `${file}.${distinctName()}`;
  await writeFile(own, JSON.stringify(ownIdentity()), { flag: 'wx', mode: 0o600 });
  try {
    for (let waitedMs = 0; !(await linked(own, file)); waitedMs += PAUSE_MS) {
      if (waitedMs > LONGEST_MS) return false;
      const held = contentOf(file) ?? '';
      const holder = identityFrom(parseJson(held));
      if (holder !== null && livenessOf(holder) === 'dead') await takeAway(file, held);
      else await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    return true;
  } finally {
    await rm(own, { force: true });
  }
}

/** Appears with its content at once, so that no process reads half of it. */
async function linked(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** Another process may have taken the lock meanwhile: then it gets it back. */
async function takeAway(file: string, held: string): Promise<void> {
  const aside = `${file}.${distinctName()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((contentOf(aside) ?? held) !== held) await linked(aside, file);
  await rm(aside, { force: true });
}

/** `null`: it cannot be read, or is gone. */
function contentOf(file: string): string | null {
  try {
    return readOwnFileNow(file, { mayBeOpen: true });
  } catch {
    return null;
  }
}
