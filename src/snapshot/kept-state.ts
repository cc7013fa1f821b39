import { linkSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { distinctName, sha256 } from '../crypto/crypto.js';
import { parseJson } from '../domain/json.js';
import { isMap } from '../domain/lookup.js';
import { readOwnFileNow, writeByRename } from '../files.js';
import type { BytePath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { sumOfFile } from './copy-index.js';
import { type Listing, marksOf } from './listed.js';
import { type ReadPermissions, SETTLED_MS, settled } from './permissions.js';
import { FOLDER, type Scratch } from './scratch.js';
import type { WorkTreeState } from './work-tree-state.js';

/** A state of a work tree that an earlier run has left, from which the next one starts. */
export interface KeptState {
  tree: string;
  /** An index of it, which must not be changed. */
  indexFile: string;
  /** Whether the index is as it was kept: a look at all of it. */
  isWhole: () => boolean;
  permissions: ReadPermissions;
  submodules: readonly BytePath[];
  listing: Listing | null;
  /** Of the user's index where that holds the same files; `null`: it does not, or that is not known. */
  sameIndex: string | null;
  /** A commit of the same tree, which is all there as long as it is checked out; `null`: none is known. */
  commit: string | null;
}

/** With another version the state is not used. */
const VERSION = 2;
const FILE = 'state.json';
const INDEX = /^index-[\da-f]{16}$/;
/** Git keeps objects that nothing refers to for longer, ms. */
const MOST_AGE_MS = 7 * 24 * 3_600_000;
/** So many files are looked at again by their names. */
const MOST_YOUNG = 1000;

/** Whether Git compares files closely enough here, by the times of their last change among others. */
function canKeep({ settings }: Repository): boolean {
  const is = (key: string, value: string): boolean => settings.get(key)?.toLowerCase() === value;
  const isPlain = ['core.filemode', 'core.symlinks', 'core.trustctime'].every((key) => !is(key, 'false'));
  return (
    process.platform !== 'win32' &&
    isPlain &&
    !is('core.checkstat', 'minimal') &&
    !is('core.sparsecheckout', 'true')
  );
}

/** The state that an earlier run has kept, in a scratch folder; `null`: there is none that can be used. */
export function keptState(repository: Repository, scratch: Scratch): KeptState | null {
  const folder = path.join(repository.gitDir, FOLDER);
  try {
    const data = dataIn(readOwnFileNow(path.join(folder, FILE)));
    if (data === null || !canKeep(repository) || data.root !== repository.root) return null;
    if (data.settings !== settingsOf(repository) || !(Math.abs(Date.now() - data.atMs) < MOST_AGE_MS))
      return null;
    const indexFile = scratch.file();
    // A link, since a run that ends meanwhile may replace it. Git never changes an index in place.
    linkSync(path.join(folder, data.index), indexFile);
    const { tree, submodules, listing, sameIndex, commit, permissions } = data;
    return {
      tree,
      indexFile,
      isWhole: () => isWhole(indexFile, data.indexSum),
      submodules,
      listing,
      sameIndex,
      commit,
      permissions: { ...permissions, others: new Map(permissions.others) },
    };
  } catch {
    return null;
  }
}

function isWhole(indexFile: string, sum: number): boolean {
  try {
    return sumOfFile(indexFile) === sum;
  } catch {
    return false;
  }
}

/** Keeps a state for the next run; where that is not possible, the next one reads all. */
export async function keepState(repository: Repository, state: WorkTreeState): Promise<void> {
  const { submodules, nested } = state.unkept;
  if (state.isKept || nested.size > 0 || !canKeep(repository)) return;
  const folder = path.join(repository.gitDir, FOLDER);
  const index = `index-${distinctName()}`;
  const known = [...submodules.keys()];
  try {
    const permissions = settled(repository.root, state.permissions);
    const listing =
      state.listing === null ? null : await withMarks(repository, state.listing, new Set(known));
    if (permissions.young.length > MOST_YOUNG) return;
    linkSync(state.indexFile, path.join(folder, index));
    if (!hasReliableTimes(repository, folder)) return rmSync(path.join(folder, index));
    const data: Data = {
      root: repository.root,
      settings: settingsOf(repository),
      atMs: Date.now(),
      index,
      indexSum: sumOfFile(state.indexFile),
      tree: state.tree,
      submodules: known,
      listing,
      sameIndex: state.sameIndex,
      commit: state.commit,
      permissions: { ...permissions, others: [...permissions.others] },
    };
    const text = JSON.stringify(data);
    await writeByRename(path.join(folder, FILE), `${VERSION} ${crc32(text)}\n${text}\n`, { private: true });
    removeOthers(folder, index);
  } catch {
    rmSync(path.join(folder, index), { force: true });
  }
}

/** Removes what runs have kept before a time, or what is too old to be used, of all work trees. Errors are left to the next time. */
export function forgetStates({ commonDir }: Pick<Repository, 'commonDir'>, beforeMs: number): void {
  const oldMs = Math.max(beforeMs, Date.now() - MOST_AGE_MS);
  const linked = path.join(commonDir, 'worktrees');
  for (const gitDir of [commonDir, ...namesIn(linked).map((name) => path.join(linked, name))])
    try {
      const folder = path.join(gitDir, FOLDER);
      const file = path.join(folder, FILE);
      if ((statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= oldMs) continue;
      rmSync(file, { force: true });
      removeOthers(folder, null);
    } catch {
      // It is there still.
    }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Removes the indexes that earlier runs have kept. */
function removeOthers(folder: string, index: string | null): void {
  for (const name of readdirSync(folder)) {
    if (!INDEX.test(name) || name === index) continue;
    const place = path.join(folder, name);
    // One that another run has just linked is not named anywhere yet.
    if (Date.now() - lstatSync(place).ctimeMs > SETTLED_MS) rmSync(place, { force: true });
  }
}

async function withMarks(
  repository: Repository,
  listing: Listing,
  submodules: ReadonlySet<BytePath>,
): Promise<Listing | null> {
  const marks = listing.marks ?? (await marksOf(repository, listing, submodules));
  return marks === null ? null : { ...listing, marks };
}

/** Whether the file system gives a folder the time of a change in it, by the clock of this machine; one has just been changed. */
function hasReliableTimes({ root }: Repository, folder: string): boolean {
  const { ctimeMs, mtimeMs, dev } = statSync(folder);
  const isNow = (ms: number): boolean => Math.abs(Date.now() - ms) < SETTLED_MS / 2;
  return isNow(ctimeMs) && isNow(mtimeMs) && dev === statSync(root).dev;
}

/** What the file holds. */
interface Data extends Omit<KeptState, 'indexFile' | 'isWhole' | 'permissions'> {
  root: string;
  /** A hash of the settings that may matter. */
  settings: string;
  /** ms since the epoch. */
  atMs: number;
  /** Name of the index in the same folder. */
  index: string;
  /** The file may be cut off or empty after the machine has crashed. */
  indexSum: number;
  permissions: Omit<ReadPermissions, 'others'> & { others: [BytePath, number][] };
}

/** `null`: it is damaged, or of another version. */
function dataIn(text: string): Data | null {
  const end = text.indexOf('\n');
  const json = text.slice(end + 1, -1);
  if (text.slice(0, end) !== `${VERSION} ${crc32(json)}`) return null;
  const data = parseJson(json);
  return isMap(data) && typeof data.index === 'string' && INDEX.test(data.index)
    ? (data as unknown as Data)
    : null;
}

function settingsOf({ settings }: Repository): string {
  const known = [...settings].filter(([key]) => key.startsWith('core.') || key.startsWith('extensions.'));
  return sha256(JSON.stringify(known));
}
