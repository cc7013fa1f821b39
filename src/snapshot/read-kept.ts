import { ok } from '../domain/result.js';
import type { BytePath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Change, changesOfIndex } from './changes.js';
import { checksumOf, copyIndex } from './copy-index.js';
import { isBehindLink } from './current.js';
import { type KeptState, keptState } from './kept-state.js';
import { type Listing, listingStart, stillHolds } from './listed.js';
import { ignored, ignoredNames, newFile, type Suspect, suspects, untracked } from './listing.js';
import { onDisk } from './on-disk.js';
import { settled } from './permissions.js';
import type { Scratch } from './scratch.js';
import { writeTree } from './store.js';
import { commitOf, headMark, unkept } from './unkept.js';
import type { ReadingPlace, WorkTreeState } from './work-tree-state.js';
import { GITLINK, written } from './written.js';

/** With more files that may differ from the kept state it is no help. */
const MOST_SUSPECTS = 1000;

/**
 * The files of a work tree now, from the state that an earlier run has kept: only files are read that may differ from it, and those that the
 * user's index does not hold as they were, since Git may have removed their objects. `null`: there is no such state, or it is no help.
 */
export async function readFromKept(
  repository: Repository,
  { scratch, rules }: ReadingPlace,
): Promise<WorkTreeState | null> {
  const kept = keptState(repository, scratch);
  if (kept === null) return null;
  const comparing = suspects(repository, kept.indexFile);
  const head = headMark(repository);
  const index = await userIndexOf(repository, kept, scratch);
  if (index === null) return null;
  const { file: userIndex, checksum: sameIndex, isSame } = index;
  const held = heldListing(repository, kept.listing);
  const isWhole = kept.isWhole();
  const [changed, differing, included, listed, isCommitted] = await Promise.all([
    comparing,
    isSame ? ok([]) : changesOfIndex(repository, kept.tree, userIndex),
    ignored(repository, userIndex, rules.included),
    held ?? listedNow(repository, userIndex),
    head.then((mark) => isTreeOf(repository, kept, commitOf(mark))),
  ]);
  if (!isWhole || !changed.ok || !differing.ok || !included.ok || listed === null) return null;
  const differences = differing.value.filter((change) => isOnDisk(repository, change));
  if (changed.value.length + differences.length > MOST_SUSPECTS || differences.some(isSubmodule)) return null;
  const more = new Set(included.value);
  const isHeld = held !== null && explains(held, differences, more);
  const listing = isHeld || listed !== held ? listed : await listedNow(repository, userIndex);
  if (listing === null) return null;
  const outside = new Set([...listing.files, ...more]);
  // What was listed before is part of the kept state.
  const added = isHeld ? more : outside;
  const files = toRead(repository, { added, outside, differences, changed: changed.value });
  const { young } = kept.permissions;
  const permissions = young.length === 0 ? kept.permissions : settled(repository.root, kept.permissions);
  const base = { indexFile: kept.indexFile, tree: kept.tree, permissions };
  const read = files.length === 0 ? ok(base) : await written(repository, base, { files, scratch, rules });
  if (!read.ok) return null;
  const { tree } = read.value;
  const isSameTree = tree === kept.tree;
  if (isSameTree && !isCommitted) {
    const again = await writeTree(repository, read.value.indexFile);
    if (!again.ok || again.value !== tree) return null;
  }
  const commit = isSameTree && isCommitted ? commitOf(await head) : null;
  return {
    ...read.value,
    unkept: await unkept(repository, { submodules: kept.submodules, nested: [], head }),
    ignored: new Set(listing.ignored.filter((path) => !more.has(path))),
    listing,
    sameIndex: differing.value.length === 0 && isSameTree ? sameIndex : null,
    commit,
    isKept: isSame && isHeld && files.length === 0 && young.length === 0 && commit === kept.commit,
  };
}

/** The kept listing, if nothing has changed since. */
function heldListing(repository: Repository, kept: Listing | null): Listing | null {
  return kept !== null && stillHolds(repository, kept) ? kept : null;
}

/** `null`: it cannot be made, or there are repositories in the work tree, which have listings of their own. */
async function listedNow(repository: Repository, indexFile: string): Promise<Listing | null> {
  const start = listingStart(repository);
  const [others, hiding] = await Promise.all([
    untracked(repository, indexFile, { included: [] }),
    ignoredNames(repository, indexFile),
  ]);
  if (!others.ok || !hiding.ok || others.value.nested.length > 0) return null;
  return { ...start, files: others.value.files, ignored: hiding.value, marks: null };
}

/** The user's index, or the kept one where both hold the same files; `null`: it cannot be read. */
async function userIndexOf(
  repository: Repository,
  kept: KeptState,
  scratch: Scratch,
): Promise<{ file: string; checksum: string | null; isSame: boolean } | null> {
  const now = await checksumOf(repository.indexFile);
  if (now !== null && now === kept.sameIndex) return { file: kept.indexFile, checksum: now, isSame: true };
  const copied = await copyIndex(repository.indexFile, scratch.file());
  if (!copied.ok) return null;
  return { file: copied.value, checksum: await checksumOf(copied.value), isSame: false };
}

/** Whether a commit that is checked out has the kept tree, so that all objects of that are there. */
async function isTreeOf({ git }: Repository, kept: KeptState, commit: string): Promise<boolean> {
  if (commit === '' || commit === kept.commit) return commit !== '';
  const answer = await git(['rev-parse', '--verify', '-q', `${commit}^{tree}`]);
  return answer.exitCode === 0 && answer.stdout.toString('latin1').trim() === kept.tree;
}

/** Files that are in the user's index alone, and not on disk, are not part of a state. */
function isOnDisk({ root }: Repository, { path, before }: Change): boolean {
  return before !== null || (onDisk(root, path).is !== 'nothing' && !isBehindLink(root, path));
}

function isSubmodule({ before, after }: Change): boolean {
  return before?.mode === GITLINK || after?.mode === GITLINK;
}

/** Whether the user's index differs from the kept state only in files that were outside of an index before. */
function explains(
  { files }: Listing,
  differences: readonly Change[],
  included: ReadonlySet<BytePath>,
): boolean {
  const outside = new Set(files);
  return differences.every(
    ({ path, before, after }) =>
      before !== null && (after !== null || outside.has(path) || included.has(path)),
  );
}

function toRead(
  { root }: Repository,
  {
    added,
    outside,
    differences,
    changed,
  }: {
    /** Of the files outside of the user's index those that the kept state may lack. */
    added: ReadonlySet<BytePath>;
    outside: ReadonlySet<BytePath>;
    differences: readonly Change[];
    changed: readonly Suspect[];
  },
): Suspect[] {
  const files = new Map([...added].map((path) => [path, newFile(path)]));
  for (const { path, before, after } of differences) {
    const isMissing = after === null ? !outside.has(path) : isBehindLink(root, path);
    const { mode, oid } = before ?? { mode: '100644', oid: null };
    files.set(path, { path, mode, oid, isMissing });
  }
  for (const one of changed) if (files.get(one.path)?.isMissing !== true) files.set(one.path, one);
  return [...files.values()];
}
