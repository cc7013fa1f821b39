import { err, ok, type Result } from '../domain/result.js';
import { type BytePath, folderOfPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, trouble, troubleOf } from '../git/trouble.js';
import { converted } from './conversions.js';
import { checksumOf, copyIndex } from './copy-index.js';
import { isRules, rulesChanged } from './ignore-rules.js';
import { type Listing, listingStart, stillHolds } from './listed.js';
import {
  everything,
  ignored,
  ignoredNames,
  indexContent,
  newFile,
  type Suspect,
  suspects,
  type Untracked,
  untracked,
} from './listing.js';
import { nestedFiles } from './nested.js';
import { permissionsOf } from './permissions.js';
import { readFromKept } from './read-kept.js';
import { headMark, unkept } from './unkept.js';
import type { ReadingPlace, WorkTreeState } from './work-tree-state.js';
import { written } from './written.js';

/**
 * The files of a work tree now: tracked, staged, untracked and not ignored ones. Starts from the state that an earlier run has kept, or from
 * a copy of the user's index, so that only files that differ from it are read.
 */
export async function readWorkTree(
  repository: Repository,
  place: ReadingPlace,
): Promise<Result<WorkTreeState, Trouble>> {
  const known = await readFromKept(repository, place);
  return known === null ? readFromIndex(repository, place) : ok(known);
}

/** The same from the user's index alone. */
export async function readFromIndex(
  repository: Repository,
  { scratch, rules }: ReadingPlace,
): Promise<Result<WorkTreeState, Trouble>> {
  const copied = await copyIndex(repository.indexFile, scratch.file());
  if (!copied.ok) return copied;
  const indexFile = copied.value;
  const checksum = await checksumOf(indexFile);
  const moment = listingStart(repository);
  const comparing = suspects(repository, indexFile);
  const listed = await indexContent(repository, indexFile);
  if (!listed.ok) return err(ofUserIndex(listed.error, repository, indexFile));
  // With very many files it takes longest, so it begins first and is awaited last.
  const permissions = permissionsOf(repository, listed.value);
  const head = headMark(repository);
  const [changed, others, hiding] = await Promise.all([
    comparing,
    untracked(repository, indexFile, rules),
    ignoredNames(repository, indexFile),
  ]);
  if (!hiding.ok) return hiding;
  if (!changed.ok) return changed;
  if (!others.ok) return others;
  const { hidden } = listed.value;
  const seen = hidden.length === 0 ? changed : await unhidden(repository, indexFile, hidden);
  if (!seen.ok) return seen;
  const rewritten = await converted(repository, indexFile, listed.value);
  if (!rewritten.ok) return rewritten;
  const found = [...rewritten.value.map(convertedFile), ...seen.value];
  const included = new Set(others.value.included);
  const { nested } = others.value;
  const [inner, marks] = await Promise.all([
    nestedFiles(repository, nested),
    unkept(repository, { submodules: listed.value.submodules, nested, head }),
  ]);
  const base = { indexFile, tree: null, permissions };
  const write = (inside: readonly BytePath[]) => {
    const added = [...others.value.files, ...inside, ...others.value.included];
    return written(repository, base, { files: withNew(found, added), scratch, rules });
  };
  const whole = await write(inner.files);
  // Clones that an agent only reads may be larger than all the rest.
  const isTooLarge = !whole.ok && whole.error.kind === 'too_large' && inner.files.length > 0;
  const state = isTooLarge ? await write([]) : whole;
  if (!state.ok) return state;
  const isSame = found.length + hidden.length + others.value.files.length + included.size === 0;
  return ok({
    ...state.value,
    unkept: marks,
    ignored: new Set([...hiding.value, ...inner.ignored].filter((path) => !included.has(path))),
    listing: { ...moment, files: others.value.files, ignored: hiding.value, marks: null },
    sameIndex: isSame && nested.length === 0 ? checksum : null,
    commit: null,
    isKept: false,
  });
}

function convertedFile(path: BytePath): Suspect {
  return { path, mode: '100644', oid: null, isMissing: false };
}

/** Files that may differ from an index, and those that are not in it. */
function withNew(found: readonly Suspect[], added: readonly BytePath[]): Suspect[] {
  const all = new Map(added.map((path) => [path, newFile(path)]));
  for (const one of found) all.set(one.path, one);
  return [...all.values()];
}

/**
 * The files now, by an earlier state: what was part of it stays so, and what was ignored then is not part of it, however the ignore rules
 * have changed. New files count by the rules of now, or all of them where the rules have changed.
 */
export async function readAgain(
  repository: Repository,
  before: WorkTreeState,
  { scratch, rules }: ReadingPlace,
): Promise<Result<WorkTreeState, Trouble>> {
  const { indexFile: earlier, ignored: left } = before;
  const comparing = suspects(repository, earlier);
  const head = headMark(repository);
  const isListed = before.listing !== null && stillHolds(repository, before.listing);
  const [changed, others] = await Promise.all([
    comparing,
    isListed ? includedOnly(repository, earlier, rules) : untracked(repository, earlier, rules),
  ]);
  if (!changed.ok) return changed;
  if (!others.ok) return others;
  const isOther =
    others.value.files.some(isRules) || (await rulesChanged(repository, earlier, changed.value));
  const now = await unkept(repository, {
    head,
    submodules: before.unkept.submodules.keys(),
    nested: [
      ...before.unkept.nested.keys(),
      ...others.value.nested.filter((path) => !isAmong(left, `${path}/`)),
    ],
  });
  const listed = isOther ? await everything(repository, earlier) : ok(others.value.files);
  if (!listed.ok) return listed;
  const added = listed.value.filter((path) => !isAmong(left, path)).concat(others.value.included);
  const listing = isListed ? before.listing : stillListed(before.listing, others.value, isOther);
  if (changed.value.length + added.length === 0) return ok({ ...before, listing, unkept: now });
  const files = withNew(changed.value, added);
  const state = await written(repository, before, { files, scratch, rules });
  if (!state.ok) return state;
  const isSame = state.value.tree === before.tree;
  return ok({
    ...state.value,
    unkept: now,
    ignored: left,
    listing,
    sameIndex: isSame ? before.sameIndex : null,
    commit: isSame ? before.commit : null,
    isKept: false,
  });
}

/** Where the listing still holds, all that is not ignored is part of the earlier state. */
async function includedOnly(
  repository: Repository,
  indexFile: string,
  rules: ReadingPlace['rules'],
): Promise<Result<Untracked, Trouble>> {
  const found = await ignored(repository, indexFile, rules.included);
  return found.ok ? ok({ files: [], included: found.value, nested: [] }) : found;
}

/** The listing, unless files have come. Whether some have gone is seen by its marks, once it has some. */
function stillListed(before: Listing | null, { files }: Untracked, isOther: boolean): Listing | null {
  return before === null || isOther || files.length > 0 ? null : { ...before, marks: null };
}

/** Whether a path, or a folder that it is in, is among the names; those of folders end in `/`. */
function isAmong(names: ReadonlySet<BytePath>, path: BytePath): boolean {
  if (names.has(path)) return true;
  for (let folder = folderOfPath(path); folder !== ''; folder = folderOfPath(folder))
    if (names.has(`${folder}/`)) return true;
  return false;
}

/** Makes Git look at every file of the index, and gives those that differ. */
async function unhidden(
  repository: Repository,
  indexFile: string,
  hidden: readonly BytePath[],
): Promise<Result<Suspect[], Trouble>> {
  const stdin = hidden.map((path) => `${path}\0`).join('');
  for (const flag of ['--no-assume-unchanged', '--no-skip-worktree']) {
    const answer = await repository.git(['update-index', flag, '-z', '--stdin'], { indexFile, stdin });
    if (answer.exitCode !== 0) return err(troubleOf(answer, 'the index cannot be read'));
  }
  return suspects(repository, indexFile);
}

/** Trouble with a copy of the user's index is trouble with that. */
function ofUserIndex(found: Trouble, repository: Repository, copy: string): Trouble {
  const { message } = found;
  const at = message.indexOf(`${copy}: `);
  if (at < 0) return found;
  const said = message.slice(at + copy.length + 2);
  return trouble('unreadable', `\`${repository.indexFile}\` cannot be read: ${said}`);
}
