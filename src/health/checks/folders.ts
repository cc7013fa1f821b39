import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import path from 'node:path';
import { folderTrouble } from '../../files/owner.js';
import type { Finding, HealthItem, MachineContext } from '../context.js';

/** Whether our own files can be written, and missing folders created. */
export function checkFolders({ folders }: MachineContext): HealthItem[] {
  return folders.map(({ holds, path: folder }) => ({
    check: 'folder',
    subject: holds,
    ask: () => folderFinding(folder),
  }));
}

async function folderFinding(folder: string): Promise<Finding> {
  const existing = await nearestExisting(folder);
  const data = { path: folder };
  const trouble = await folderTrouble(folder);
  if (trouble !== null) {
    const detail = `${folder} is not believed: ${trouble.replace('its folder', 'it')}`;
    return { status: 'warn', detail, fix: 'take ownership of it, and let no other user write to it', data };
  }
  try {
    await access(existing, constants.W_OK | constants.X_OK);
    return { status: 'ok', detail: folder, fix: null, data };
  } catch {
    const fix = `make ${existing} writable, or name another folder`;
    return { status: 'warn', detail: `${existing} cannot be written`, fix, data };
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
