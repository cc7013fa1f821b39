import { lstatSync, type Stats } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { sha256 } from '../crypto/crypto.js';
import { codeOf } from '../domain/system-error.js';
import { readRegularFileNow } from '../files.js';
import { type BytePath, bytePath, shownPath, systemPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { SETTLED_MS } from './permissions.js';

/** The files outside of the index, as they were listed at a time. */
export interface Listing {
  /** When it began, ms since the epoch. */
  startedMs: number;
  /** A hash of the ignore rules outside of the work tree then; `null`: they cannot be watched. */
  outerRules: string | null;
  /** Those that are not ignored. */
  files: readonly BytePath[];
  /** Ignored ones; names of folders that are ignored as a whole end in `/`. */
  ignored: readonly BytePath[];
  /** By which it is seen whether it still holds; `null`: not known. */
  marks: ListingMarks | null;
}

/** What a listing depends on: no file can come or go without a change of its folder. */
export interface ListingMarks {
  /** Folders, empty for the top, without those that are ignored as a whole, and submodules. */
  folders: readonly (readonly [folder: BytePath, mark: string])[];
  /** Files of ignore rules in the work tree, with a hash of their content. */
  rules: readonly (readonly [file: BytePath, hash: string])[];
}

type Place = Pick<Repository, 'root' | 'ignoreFiles'>;

/** In a larger tree a listing by Git takes little longer. */
const MOST_FOLDERS = 100_000;

/** What is noted before files are listed. */
export function listingStart({ ignoreFiles }: Place): Pick<Listing, 'startedMs' | 'outerRules'> {
  return { startedMs: Date.now(), outerRules: outerRules(ignoreFiles) };
}

function outerRules(files: readonly string[]): string | null {
  try {
    return files.every((file) => path.isAbsolute(file)) ? files.map(hashOf).join(' ') : null;
  } catch {
    return null;
  }
}

/**
 * The marks of a listing that was made a moment ago; `null`: they would not show every change. That is so where a folder has changed since
 * shortly before the listing, and where one holds a repository of its own.
 */
export async function marksOf(
  place: Place,
  listing: Listing,
  submodules: ReadonlySet<BytePath>,
): Promise<ListingMarks | null> {
  try {
    return await marks(place, listing, submodules);
  } catch {
    // A folder that cannot be read, or that has gone meanwhile.
    return null;
  }
}

async function marks(
  { root }: Place,
  { ignored, startedMs, outerRules: outer }: Listing,
  submodules: ReadonlySet<BytePath>,
): Promise<ListingMarks | null> {
  if (outer === null) return null;
  const isSettled = (ctimeMs: number): boolean => ctimeMs < startedMs - SETTLED_MS;
  const whole = new Set(ignored);
  const folders: [BytePath, string][] = [];
  const rules: BytePath[] = [];
  const open: BytePath[] = [''];
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const at = placeOf(root, folder);
    const found = lstatSync(at);
    if (!isSettled(found.ctimeMs) || folders.length === MOST_FOLDERS) return null;
    folders.push([folder, markOf(found)]);
    for (const entry of await readdir(at, { withFileTypes: true, encoding: 'buffer' })) {
      const name = entry.name.toString('latin1');
      const inside = folder === '' ? name : `${folder}/${name}`;
      if (name === '.git' && folder !== '') return null;
      if (/^\.gitignore$/i.test(name)) rules.push(inside);
      if (!entry.isDirectory() || name === '.git' || submodules.has(inside)) continue;
      if (isTraces(root, inside)) rules.push(`${inside}/.gitignore`);
      else if (!whole.has(`${inside}/`)) open.push(inside);
    }
  }
  if (!rules.every((file) => isSettled(lstatSync(inTree(root, file)).ctimeMs))) return null;
  return { folders, rules: rules.map((file) => [file, hashOf(inTree(root, file), NO_LINKS)]) };
}

/** Whether nothing of what a listing depends on has changed since its marks were made. */
export function stillHolds({ root, ignoreFiles }: Place, listing: Listing): boolean {
  const { marks: known, outerRules: outer } = listing;
  if (known === null || outer === null || outerRules(ignoreFiles) !== outer) return false;
  try {
    return (
      known.rules.every(([file, hash]) => hashOf(inTree(root, file), NO_LINKS) === hash) &&
      known.folders.every(([folder, mark]) => markOf(lstatSync(placeOf(root, folder))) === mark)
    );
  } catch {
    return false;
  }
}

/** The time of the last change cannot be set by a program, unlike that of the content. Numbers take half the time of exact ones. */
function markOf({ dev, ino, mode, ctimeMs, mtimeMs }: Stats): string {
  return `${dev} ${ino} ${mode} ${ctimeMs} ${mtimeMs}`;
}

/** As text where every system takes that for the same bytes: there are very many folders. */
function placeOf(root: string, folder: BytePath): string | Buffer {
  return /[\u0080-\u00ff]/.test(folder) ? systemPath(root, folder) : `${root}/${folder}`;
}

/** Each run adds files to its folder of traces, which ignores all that is in it and is never taken for new. */
function isTraces(root: string, folder: BytePath): boolean {
  if (!/(?:^|\/)\.llm-router\/traces$/.test(folder)) return false;
  return textOf(inTree(root, `${folder}/.gitignore`), NO_LINKS)?.toString('latin1') === '*\n';
}

/** Where Git follows no links. */
const NO_LINKS = { followsLinks: false };

/** Of a file of ignore rules; empty: there is none. */
function hashOf(file: string, links = {}): string {
  const content = textOf(file, links);
  return content === null ? '' : sha256(content.toString('latin1'));
}

const MOST_BYTES = 1024 * 1024;

/** `null`: there is no such file. */
function textOf(file: string, links: { followsLinks?: boolean }): Buffer | null {
  try {
    return readRegularFileNow(file, { maxBytes: MOST_BYTES, ...links });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function inTree(root: string, file: BytePath): string {
  const name = shownPath(file);
  if (bytePath(name) !== file) throw new Error('the name is no UTF-8');
  return `${root}/${name}`;
}
