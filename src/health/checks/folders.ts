import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { HealthContext, HealthRow } from '../context.js';

/** Can our own files be written. A folder that is not there yet must be creatable. */
export async function checkFolders({ folders }: HealthContext): Promise<HealthRow[]> {
  return Promise.all(folders.map(checkFolder));
}

async function checkFolder({ holds, path: folder }: { holds: string; path: string }): Promise<HealthRow> {
  const row = { check: 'folder' as const, subject: holds };
  const existing = await nearestExisting(folder);
  try {
    await access(existing, constants.W_OK | constants.X_OK);
    return { ...row, status: 'ok', detail: folder, fix: null };
  } catch {
    return {
      ...row,
      status: 'warn',
      detail: `${existing} cannot be written`,
      fix: `make ${existing} writable, or name another folder`,
    };
  }
}

async function nearestExisting(folder: string): Promise<string> {
  try {
    await access(folder, constants.F_OK);
    return folder;
  } catch {
    const parent = path.dirname(folder);
    return parent === folder ? folder : nearestExisting(parent);
  }
}
