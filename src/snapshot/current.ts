import { nodeCrypto } from '../crypto/crypto.js';
import { ok, type Result } from '../domain/result.js';
import { type BytePath, folderOfPath, systemPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import type { Trouble } from '../git/trouble.js';
import type { Change, Side } from './changes.js';
import { lstatOf, onDisk } from './on-disk.js';
import { hashFiles } from './store.js';
import { untilStill } from './until-still.js';

/** What is on disk now at the paths of changes; a folder in the place of a file counts as nothing, its files are changes of their own. */
export async function currentSides(
  repository: Repository,
  changes: readonly Change[],
): Promise<Result<Map<BytePath, Side>, Trouble>> {
  return untilStill(() => sidesNow(repository, changes));
}

async function sidesNow(
  repository: Repository,
  changes: readonly Change[],
): Promise<Result<Map<BytePath, Side>, Trouble>> {
  const sides = new Map<BytePath, Side>();
  const files: { path: BytePath; mode: string }[] = [];
  for (const { path, before, after } of changes) {
    const found = isBehindLink(repository.root, path) ? null : onDisk(repository.root, path);
    if (found?.is === 'file') files.push({ path, mode: modeOf(repository, found.mode, before ?? after) });
    else if (found?.is === 'link')
      sides.set(path, { mode: '120000', oid: blobId(found.target, repository.noObject.length) });
    else if (found?.is === 'other' && lstatOf(systemPath(repository.root, path))?.isDirectory() === false)
      sides.set(path, { mode: '0', oid: '' });
    else sides.set(path, null);
  }
  const hashed = await hashFiles(
    repository,
    files.map(({ path }) => path),
    { keeps: false },
  );
  if (!hashed.ok) return hashed;
  for (const [at, { path, mode }] of files.entries()) sides.set(path, { mode, oid: hashed.value[at] ?? '' });
  return ok(sides);
}

/** Whether a folder that a path is in is a link. */
export function isBehindLink(root: string, path: BytePath): boolean {
  for (let folder = folderOfPath(path); folder !== ''; folder = folderOfPath(folder)) {
    if (lstatOf(systemPath(root, folder))?.isSymbolicLink() === true) return true;
  }
  return false;
}

/** Where the system has no executable bits, that of the snapshot counts. */
function modeOf({ settings }: Repository, found: string, known: Side): string {
  return settings.get('core.filemode') === 'false' && known !== null ? known.mode : found;
}

function blobId(bytes: Buffer, digits: number): string {
  const hash = nodeCrypto().createHash(digits === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}
