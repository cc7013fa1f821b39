import { err, ok, type Result } from '../domain/result.js';
import { type BytePath, systemPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, troubleOf } from '../git/trouble.js';
import { converted } from './conversions.js';
import { copyIndex } from './copy-index.js';
import { isRules, notIgnoredBefore } from './ignore-rules.js';
import {
  type Entry,
  entries,
  ignored,
  type Suspect,
  suspects,
  type Untracked,
  untracked,
} from './listing.js';
import type { Scratch } from './scratch.js';
import { changeIndex, type IndexLine, store, writeTree } from './store.js';

/** What belongs to a snapshot. */
export interface SnapshotRules {
  /** Ignored files that belong to it nevertheless, as patterns of `.gitignore`. */
  included: readonly string[];
  /** The most bytes of files that Git does not hold yet. */
  mostBytes: number;
}

/** The files of a work tree at one time. */
export interface WorkTreeState {
  /** The tree of Git with their bytes as they are on disk. */
  tree: string;
  /** An index of it, by which the next state is found. */
  indexFile: string;
  /** Permissions of files that Git did not hold and that are closed to other users. */
  closed: ReadonlyMap<BytePath, number>;
  /** Folders with a repository of their own that is not a submodule: their files are not part of it. */
  nested: readonly BytePath[];
}

interface Place {
  scratch: Scratch;
  rules: SnapshotRules;
}

/**
 * The files of a work tree now: tracked, staged, untracked and not ignored ones. Starts from a copy of the user's index, so that only files
 * that differ from it are read.
 */
export async function readWorkTree(
  repository: Repository,
  { scratch, rules }: Place,
): Promise<Result<WorkTreeState, Trouble>> {
  const copied = await copyIndex(repository.indexFile, scratch.file());
  if (!copied.ok) return copied;
  const indexFile = copied.value;
  const [listed, changed, others] = await Promise.all([
    entries(repository, indexFile),
    suspects(repository, indexFile),
    untracked(repository, indexFile, rules),
  ]);
  if (!listed.ok) return listed;
  if (!changed.ok) return changed;
  if (!others.ok) return others;
  const hidden = listed.value.filter(({ isHidden }) => isHidden);
  const seen = hidden.length === 0 ? changed : await unhidden(repository, indexFile, hidden);
  if (!seen.ok) return seen;
  const rewritten = await converted(repository, indexFile, listed.value);
  if (!rewritten.ok) return rewritten;
  const found = [...rewritten.value.map((path) => suspect(path, '100644')), ...seen.value];
  return written(repository, { indexFile, scratch, rules }, found, others.value);
}

/**
 * The files now, by an earlier state: what was part of it stays so, and new files count where the rules of that state do not ignore them,
 * whatever has become of the index and of the ignore rules.
 */
export async function readAgain(
  repository: Repository,
  before: WorkTreeState,
  { scratch, rules }: Place,
): Promise<Result<WorkTreeState, Trouble>> {
  const copied = await copyIndex(before.indexFile, scratch.file());
  if (!copied.ok) return copied;
  const indexFile = copied.value;
  const [changed, others] = await Promise.all([
    suspects(repository, indexFile),
    untracked(repository, indexFile, rules),
  ]);
  if (!changed.ok) return changed;
  if (!others.ok) return others;
  const rulesChanged = changed.value.some(({ path }) => isRules(path)) || others.value.files.some(isRules);
  const kept = rulesChanged
    ? await byEarlierRules(repository, { indexFile, before, scratch, rules, listed: others.value })
    : others;
  if (!kept.ok) return kept;
  const next = await written(repository, { indexFile, scratch, rules }, changed.value, kept.value);
  if (!next.ok) return next;
  return ok({ ...next.value, closed: new Map([...before.closed, ...next.value.closed]) });
}

async function byEarlierRules(
  repository: Repository,
  by: Place & { indexFile: string; before: WorkTreeState; listed: Untracked },
): Promise<Result<Untracked, Trouble>> {
  const { indexFile, before, scratch, rules } = by;
  const [every, included] = await Promise.all([
    untracked(repository, indexFile, { included: [], all: true }),
    ignored(repository, indexFile, rules.included),
  ]);
  if (!every.ok) return every;
  if (!included.ok) return included;
  const now = new Set(by.listed.files);
  const ignoredNow = every.value.files.filter((path) => !now.has(path));
  const places = { indexFile: before.indexFile, scratch, ignoredNow };
  const kept = await notIgnoredBefore(repository, every.value.files, places);
  if (!kept.ok) return kept;
  return ok({ ...every.value, files: [...new Set([...kept.value, ...included.value])] });
}

/** Makes Git look at every file of the index, and gives those that differ. */
async function unhidden(
  repository: Repository,
  indexFile: string,
  hidden: readonly Entry[],
): Promise<Result<Suspect[], Trouble>> {
  const stdin = hidden.map(({ path }) => `${path}\0`).join('');
  for (const flag of ['--no-assume-unchanged', '--no-skip-worktree']) {
    const answer = await repository.git(['update-index', flag, '-z', '--stdin'], { indexFile, stdin });
    if (answer.exitCode !== 0) return err(troubleOf(answer, 'the index cannot be read'));
  }
  return suspects(repository, indexFile);
}

function suspect(path: BytePath, mode: string): Suspect {
  return { path, mode, isMissing: false };
}

async function written(
  repository: Repository,
  { indexFile, scratch, rules }: Place & { indexFile: string },
  found: readonly Suspect[],
  { files, nested }: Untracked,
): Promise<Result<WorkTreeState, Trouble>> {
  const all = new Map(files.map((path) => [path, suspect(path, '000000')]));
  for (const one of found) all.set(one.path, one);
  const stored = await store(repository, [...all.values()], { scratch, mostBytes: rules.mostBytes });
  if (!stored.ok) return stored;
  const pointers = await submodules(repository, [...all.values()]);
  const changed = await changeIndex(repository, indexFile, [...stored.value.lines, ...pointers]);
  if (changed !== null) return err(changed);
  const tree = await writeTree(repository, indexFile);
  if (!tree.ok) return tree;
  return ok({ tree: tree.value, indexFile, closed: stored.value.closed, nested });
}

/** Submodules that are at another commit. */
async function submodules({ git, root }: Repository, found: readonly Suspect[]): Promise<IndexLine[]> {
  const moved = found.filter(({ mode, isMissing }) => mode === GITLINK && !isMissing);
  const heads = moved.map(async ({ path }): Promise<IndexLine[]> => {
    const cwd = systemPath(root, path).toString('utf8');
    const { exitCode, stdout } = await git(['rev-parse', '--verify', '-q', 'HEAD'], { cwd });
    return exitCode === 0 ? [{ path, mode: GITLINK, oid: stdout.toString('latin1').trim() }] : [];
  });
  return (await Promise.all(heads)).flat();
}

const GITLINK = '160000';
