import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs';
import { distinctName } from '../crypto/crypto.js';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { readRegularFileNow } from '../files.js';
import { type BytePath, folderOfPath, shownPath, systemPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { systemTrouble, type Trouble, trouble } from '../git/trouble.js';
import { blobs } from './blobs.js';
import { type Change, changesBetween, type Side } from './changes.js';
import { currentSides } from './current.js';
import { lstatOf, onDisk } from './on-disk.js';
import { type Permissions, permissionsIn, UNKNOWN_PERMISSIONS } from './permissions.js';
import type { Scratch } from './scratch.js';

/** A restore: the state that the files are in, and the one that they get. */
export interface RestoreOrder {
  /** The tree or commit that the work tree should be at, in the files that differ. */
  from: string;
  /** The tree or commit whose files are put back. */
  to: string;
  /** Those of the files in `to` [unknown]. */
  permissions?: Permissions;
  /** Only these files [all that differ]. */
  only?: ReadonlySet<BytePath>;
  /** Files are overwritten although they are not as in `from`. */
  isForced?: boolean;
}

/** What a restore did. */
export interface Restored {
  /** Files that were put back or removed. */
  paths: BytePath[];
  /** Submodules at another commit: they are left as they are. */
  submodules: BytePath[];
}

/** Why nothing was restored: files that are neither as expected nor restored already, or trouble. */
export type RestoreFailure = { is: 'changed'; paths: BytePath[] } | { is: 'trouble'; trouble: Trouble };

/** What a restore would change, and which files would lose other changes. */
export interface RestorePlan {
  todo: Change[];
  /** Files that are in neither of the two states. */
  lost: BytePath[];
  /** Submodules at another commit: they are left as they are. */
  submodules: Change[];
}

/** Compares the files with both states. Files that are restored already need nothing, so that one that was cut off can be repeated. */
export async function planRestore(
  repository: Repository,
  { from, to, only }: RestoreOrder,
): Promise<Result<RestorePlan, Trouble>> {
  const differing = await changesBetween(repository, from, to);
  if (!differing.ok) return differing;
  const changes = differing.value.filter(({ path }) => only?.has(path) ?? true);
  const isSubmodule = ({ before, after }: Change) => [before, after].some((side) => side?.mode === GITLINK);
  const files = changes.filter((change) => !isSubmodule(change));
  const current = await currentSides(repository, files);
  if (!current.ok) return current;
  const plan: RestorePlan = {
    todo: [],
    lost: [],
    submodules: changes.filter(isSubmodule),
  };
  for (const change of files) {
    const now = current.value.get(change.path) ?? null;
    if (isSame(now, change.after)) continue;
    plan.todo.push(change);
    if (!isSame(now, change.before)) plan.lost.push(change.path);
  }
  return ok(plan);
}

const GITLINK = '160000';

function isSame(one: Side, other: Side): boolean {
  return one?.oid === other?.oid && one?.mode === other?.mode;
}

/**
 * Puts the files back that differ between two states, and touches nothing else: not the index, not `HEAD`. Each file is replaced by one
 * rename. Refuses before the first change when a file would lose changes of others.
 */
export async function restore(
  repository: Repository,
  order: RestoreOrder,
  scratch: Scratch,
): Promise<Result<Restored, RestoreFailure>> {
  const plan = await planRestore(repository, order);
  if (!plan.ok) return failed(plan.error);
  const { todo, lost, submodules } = plan.value;
  if (lost.length > 0 && order.isForced !== true) return err({ is: 'changed', paths: lost });
  const files = todo.flatMap(({ path, after }) => (after === null ? [] : [{ path, ...after, draft: '' }]));
  for (const file of files) file.draft = scratch.file();
  const read = await blobs(
    repository,
    files.map(({ oid }) => oid),
    (at) => Buffer.from(files[at]?.draft ?? ''),
  );
  if (read !== null) return failed(read);
  try {
    remove(repository, todo);
    for (const file of files) put(repository, file, order.permissions ?? UNKNOWN_PERMISSIONS);
  } catch (error) {
    if (error instanceof Blocked) return failed(trouble('failed', error.message));
    return failed(systemTrouble(error, 'a file cannot be restored'));
  }
  return ok({ paths: todo.map(({ path }) => path), submodules: submodules.map(({ path }) => path) });
}

function failed(reason: Trouble): Result<never, RestoreFailure> {
  return err({ is: 'trouble', trouble: reason });
}

/** A place that holds what is not part of a snapshot. */
class Blocked extends Error {}

/** Removes what is not in the wanted state, the deepest first, and folders that are then empty. */
function remove({ root }: Repository, todo: readonly Change[]): void {
  const gone = todo.filter(({ after }) => after === null).map(({ path }) => path);
  for (const path of gone.sort().reverse()) {
    if (!isReached(root, path)) continue;
    if (onDisk(root, path).is === 'other') throw new Blocked(`\`${shownPath(path)}\` is no file any more`);
    ignoring(['ENOENT'], () => unlinkSync(systemPath(root, path)));
    removeEmpty(root, folderOfPath(path));
  }
}

/** Whether every folder above a path is a folder and no link, which would lead out of the work tree. */
function isReached(root: string, path: BytePath): boolean {
  for (let folder = folderOfPath(path); folder !== ''; folder = folderOfPath(folder)) {
    if (lstatOf(systemPath(root, folder))?.isDirectory() !== true) return false;
  }
  return true;
}

/** Codes of a folder that stays: it holds something, or is a file system of its own. */
const STAYS = ['ENOTEMPTY', 'EEXIST', 'EBUSY'];

function removeEmpty(root: string, folder: BytePath): void {
  for (let path = folder; path !== ''; path = folderOfPath(path)) {
    if (!ignoring([...STAYS, 'ENOENT'], () => rmdirSync(systemPath(root, path)))) return;
  }
}

/** Removes a folder that has only empty folders in it. */
function removeEmptyTree(place: Buffer): void {
  if (lstatOf(place)?.isDirectory() !== true) return;
  for (const name of readdirSync(place, { encoding: 'buffer' }))
    removeEmptyTree(Buffer.concat([place, Buffer.from('/'), name]));
  ignoring(STAYS, () => rmdirSync(place));
}

/** Whether the call succeeded; errors with one of the codes are ignored. */
function ignoring(codes: readonly string[], act: () => void): boolean {
  try {
    act();
    return true;
  } catch (error) {
    if (!codes.includes(codeOf(error) ?? '')) throw error;
    return false;
  }
}

/** Longer than any path of a system. */
const MOST_LINK_BYTES = 65_536;

interface Draft {
  path: BytePath;
  mode: string;
  draft: string;
}

/** Moves one file to its place. */
function put({ root }: Repository, file: Draft, permissions: Permissions): void {
  const place = systemPath(root, file.path);
  makeFolders(root, folderOfPath(file.path));
  const found = onDisk(root, file.path);
  if (found.is === 'other') removeEmptyTree(place);
  if (onDisk(root, file.path).is === 'other')
    throw new Blocked(`\`${shownPath(file.path)}\` has become a folder with files that are not part of it`);
  let draft = Buffer.from(file.draft);
  if (file.mode === '120000') {
    const link = Buffer.from(`${file.draft}-link`);
    symlinkSync(readRegularFileNow(file.draft, { maxBytes: MOST_LINK_BYTES }), link);
    draft = link;
  } else {
    const known = permissionsIn(permissions, file.path, file.mode);
    chmodSync(draft, known ?? likelyPermissions(file.mode, found.is === 'file' ? found.permissions : null));
  }
  move(draft, place);
}

/** Those of the file in its place, executable or not; of a new one as the system makes them. */
function likelyPermissions(mode: string, current: number | null): number {
  const base = current ?? 0o666 & ~process.umask();
  return mode === '100755' ? base | ((base & 0o444) >> 2) : base & ~0o111;
}

function makeFolders(root: string, folder: BytePath): void {
  if (folder === '') return;
  makeFolders(root, folderOfPath(folder));
  const place = systemPath(root, folder);
  const found = lstatOf(place);
  if (found?.isDirectory() === true) return;
  if (found !== null) throw new Blocked(`\`${shownPath(folder)}\` is no folder any more`);
  mkdirSync(place);
}

/** By rename; where the repository is on another file system than the file, of a copy beside it. */
function move(draft: Buffer, place: Buffer): void {
  try {
    renameSync(draft, place);
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error;
    // A folder of the work tree may be a file system of its own too.
    const folder = place.subarray(0, place.lastIndexOf('/') + 1);
    const near = Buffer.concat([folder, Buffer.from(`.llm-router-${distinctName()}`)]);
    try {
      copyTo(near, draft);
      renameSync(near, place);
    } finally {
      ignoring(['ENOENT', 'EROFS'], () => unlinkSync(near));
    }
  }
}

function copyTo(near: Buffer, draft: Buffer): void {
  if (lstatOf(draft)?.isSymbolicLink() === true) {
    symlinkSync(readlinkSync(draft, { encoding: 'buffer' }), near);
    return;
  }
  copyFileSync(draft, near);
  chmodSync(near, statSync(draft).mode & 0o777);
}
