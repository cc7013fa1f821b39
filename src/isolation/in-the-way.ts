import { readdirSync } from 'node:fs';
import { type BytePath, folderOfPath, systemPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import type { Change } from '../snapshot/changes.js';
import { lstatOf } from '../snapshot/on-disk.js';

/** Changes whose files cannot be put where they belong, since something that is not part of any state, such as ignored files, is there. */
export function inTheWay({ root }: Repository, changes: readonly Change[]): BytePath[] {
  const removed = new Set(changes.flatMap(({ path, after }) => (after === null ? [path] : [])));
  const wanted = changes.flatMap(({ path, after }) => (after === null ? [] : [path]));
  return wanted.filter((path) => !isFree(root, path, removed) || !isReachable(root, path, removed));
}

/** Whether a place holds no folder, or one that will be empty. */
function isFree(root: string, path: BytePath, removed: ReadonlySet<BytePath>): boolean {
  if (lstatOf(systemPath(root, path))?.isDirectory() !== true) return true;
  return readdirSync(systemPath(root, path), { encoding: 'buffer' }).every((name) => {
    const below = `${path}/${name.toString('latin1')}`;
    const isFolder = lstatOf(systemPath(root, below))?.isDirectory() === true;
    return isFolder ? isFree(root, below, removed) : removed.has(below);
  });
}

/** Whether every folder above a path is there, or can be made. */
function isReachable(root: string, path: BytePath, removed: ReadonlySet<BytePath>): boolean {
  for (let folder = folderOfPath(path); folder !== ''; folder = folderOfPath(folder)) {
    const found = lstatOf(systemPath(root, folder));
    if (found !== null && !found.isDirectory() && !removed.has(folder)) return false;
  }
  return true;
}
