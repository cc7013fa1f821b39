import { type Stats, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';

/** What a check of owner and mode needs of a file or folder. */
type Owned = Pick<Stats, 'uid' | 'gid' | 'mode'>;

/** Whether a file belongs to this user or to root; under sudo also to the user who called it (`SUDO_UID`), as Git has it. */
export function belongsToUser({ uid }: Pick<Stats, 'uid'>, sudoUid?: string): boolean {
  const own = process.getuid?.();
  return own === undefined || uid === own || uid === 0 || (own === 0 && sudoUid === String(uid));
}

/**
 * Why another user may have written to a file or folder, as the end of a sentence about it; `null`: only this user and root can. Write
 * permission of a group counts, unless it is the private group of the user, whose number is that of the user.
 */
export function ownerTrouble(found: Owned, sudoUid?: string): string | null {
  if (!belongsToUser(found, sudoUid)) return 'it belongs to another user';
  return isWritableByOthers(found) ? 'other users can change it' : null;
}

/**
 * Why other users may have put files into a folder, links followed; `null`: they cannot, or there is no folder. In one with the
 * sticky bit (`/tmp`) they cannot change files that are not theirs.
 */
export async function folderTrouble(folder: string, sudoUid?: string): Promise<string | null> {
  const found = await stat(folder).catch(() => null);
  return found === null ? null : troubleOfFolder(found, sudoUid);
}

/** The same at once. */
export function folderTroubleNow(folder: string, sudoUid?: string): string | null {
  const found = statSync(folder, { throwIfNoEntry: false });
  return found === undefined ? null : troubleOfFolder(found, sudoUid);
}

const WRITE_BY_GROUP = 0o020;
const WRITE_BY_OTHERS = 0o002;
const STICKY = 0o1000;

/** Why other users may have put files into a folder that was looked at. */
export function troubleOfFolder(found: Owned, sudoUid?: string): string | null {
  if (!belongsToUser(found, sudoUid)) return 'its folder belongs to another user';
  const isSticky = (found.mode & STICKY) !== 0;
  return isWritableByOthers(found) && !isSticky ? 'other users can write to its folder' : null;
}

function isWritableByOthers({ uid, gid, mode }: Owned): boolean {
  if (process.platform === 'win32') return false;
  const others = gid === uid ? WRITE_BY_OTHERS : WRITE_BY_OTHERS | WRITE_BY_GROUP;
  return (mode & others) !== 0;
}
