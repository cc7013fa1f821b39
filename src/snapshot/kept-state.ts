import { linkSync, lstatSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { distinctName, nodeCrypto } from '../crypto/crypto.js';
import { parseJson } from '../domain/json.js';
import { isMap } from '../domain/lookup.js';
import { readOwnFileNow, readRegularFile, writeByRename } from '../files.js';
import type { BytePath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Listing, marksOf } from './listed.js';
import { type ReadPermissions, SETTLED_MS, settled } from './permissions.js';
import { FOLDER, type Scratch } from './scratch.js';
import type { WorkTreeState } from './work-tree-state.js';

/** A state of a work tree that an earlier run has left, from which the next one starts. */
export interface KeptState {
  tree: string;
  /** An index of it, which must not be changed. */
  indexFile: string;
  /** Whether the index is as it was kept, which takes a while to find out. */
  isWhole: Promise<boolean>;
  permissions: ReadPermissions;
  submodules: readonly BytePath[];
  listing: Listing | null;
  /** Of the user's index where that holds the same files; `null`: it does not, or that is not known. */
  sameIndex: string | null;
}

/** With another version the state is not used. */
const VERSION = 1;
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
    const isWhole = hashOfFile(indexFile).then(
      (hash) => hash === data.indexHash,
      () => false,
    );
    const { tree, submodules, listing, sameIndex, permissions } = data;
    return {
      tree,
      indexFile,
      isWhole,
      submodules,
      listing,
      sameIndex,
      permissions: { ...permissions, others: new Map(permissions.others) },
    };
  } catch {
    return null;
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
      indexHash: await hashOfFile(state.indexFile),
      tree: state.tree,
      submodules: known,
      listing,
      sameIndex: state.sameIndex,
      permissions: { ...permissions, others: [...permissions.others] },
    };
    const text = JSON.stringify(data);
    await writeByRename(path.join(folder, FILE), `${VERSION} ${hashOf(text)}\n${text}\n`, { private: true });
    removeOthers(folder, index);
  } catch {
    rmSync(path.join(folder, index), { force: true });
  }
}

/** Removes the indexes that earlier runs have kept. */
function removeOthers(folder: string, index: string): void {
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
  indexHash: string;
  permissions: Omit<ReadPermissions, 'others'> & { others: [BytePath, number][] };
}

/** `null`: it is damaged, or of another version. */
function dataIn(text: string): Data | null {
  const end = text.indexOf('\n');
  const json = text.slice(end + 1, -1);
  if (text.slice(0, end) !== `${VERSION} ${hashOf(json)}`) return null;
  const data = parseJson(json);
  return isMap(data) && typeof data.index === 'string' && INDEX.test(data.index)
    ? (data as unknown as Data)
    : null;
}

function settingsOf({ settings }: Repository): string {
  const known = [...settings].filter(([key]) => key.startsWith('core.') || key.startsWith('extensions.'));
  return hashOf(JSON.stringify(known));
}

function hashOf(content: string | Buffer): string {
  return nodeCrypto().createHash('sha256').update(content).digest('hex');
}

async function hashOfFile(file: string): Promise<string> {
  return hashOf(await readRegularFile(file, { maxBytes: Number.MAX_SAFE_INTEGER }));
}
