import { err, ok, type Result } from '../domain/result.js';
import { type BytePath, folderOfPath, systemPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, trouble, troubleOf } from '../git/trouble.js';
import { converted } from './conversions.js';
import { copyIndex } from './copy-index.js';
import { isRules, rulesChanged } from './ignore-rules.js';
import {
  everything,
  ignoredNames,
  indexContent,
  type Suspect,
  suspects,
  type Untracked,
  untracked,
} from './listing.js';
import { nestedFiles } from './nested.js';
import { type Permissions, permissionsOf, withPermissions } from './permissions.js';
import type { Scratch } from './scratch.js';
import { changeIndex, type IndexLine, store, writeTree } from './store.js';
import { headMark, type Unkept, unkept } from './unkept.js';

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
  permissions: Permissions;
  /** What is not part of the tree. */
  unkept: Unkept;
  /** Files and folders that were ignored, and that stay out of every later state; names of folders end in `/`. */
  ignored: ReadonlySet<BytePath>;
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
  const found = [...rewritten.value.map((path) => suspect(path, '100644')), ...seen.value];
  const included = new Set(others.value.included);
  const { nested } = others.value;
  const [inner, marks] = await Promise.all([
    nestedFiles(repository, nested),
    unkept(repository, { submodules: listed.value.submodules, nested, head }),
  ]);
  const ignored = new Set([...hiding.value, ...inner.ignored].filter((path) => !included.has(path)));
  const place = { indexFile, scratch, rules, ignored, known: permissions, unkept: marks };
  const files = [...others.value.files, ...inner.files];
  const whole = await written(repository, place, found, { ...others.value, files });
  // Clones that an agent only reads may be larger than all the rest.
  const isTooLarge = !whole.ok && whole.error.kind === 'too_large' && inner.files.length > 0;
  return isTooLarge ? written(repository, place, found, others.value) : whole;
}

/**
 * The files now, by an earlier state: what was part of it stays so, and what was ignored then is not part of it, however the ignore rules
 * have changed. New files count by the rules of now, or all of them where the rules have changed.
 */
export async function readAgain(
  repository: Repository,
  before: WorkTreeState,
  { scratch, rules }: Place,
): Promise<Result<WorkTreeState, Trouble>> {
  const { indexFile: earlier, ignored } = before;
  const head = headMark(repository);
  const [changed, others] = await Promise.all([
    suspects(repository, earlier),
    untracked(repository, earlier, rules),
  ]);
  if (!changed.ok) return changed;
  if (!others.ok) return others;
  const isOther =
    others.value.files.some(isRules) || (await rulesChanged(repository, earlier, changed.value));
  const marks = await unkept(repository, {
    head,
    submodules: before.unkept.submodules.keys(),
    nested: [
      ...before.unkept.nested.keys(),
      ...others.value.nested.filter((path) => !isAmong(ignored, `${path}/`)),
    ],
  });
  const listed = isOther ? await everything(repository, earlier) : ok(others.value.files);
  if (!listed.ok) return listed;
  const files = listed.value.filter((path) => !isAmong(ignored, path));
  if (changed.value.length + files.length + others.value.included.length === 0)
    return ok({ ...before, unkept: marks });
  const copied = await copyIndex(earlier, scratch.file());
  if (!copied.ok) return copied;
  const indexFile = copied.value;
  const place = { indexFile, scratch, rules, ignored, known: before.permissions, unkept: marks };
  return written(repository, place, changed.value, { ...others.value, files });
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

function suspect(path: BytePath, mode: string): Suspect {
  return { path, mode, isMissing: false };
}

async function written(
  repository: Repository,
  {
    indexFile,
    scratch,
    rules,
    ignored,
    known,
    unkept: marks,
  }: Place &
    Pick<WorkTreeState, 'indexFile' | 'ignored' | 'unkept'> & { known: Permissions | Promise<Permissions> },
  found: readonly Suspect[],
  { files, included }: Untracked,
): Promise<Result<WorkTreeState, Trouble>> {
  const all = new Map([...files, ...included].map((path) => [path, suspect(path, '000000')]));
  for (const one of found) all.set(one.path, one);
  const stored = await store(repository, [...all.values()], { scratch, mostBytes: rules.mostBytes });
  if (!stored.ok) return stored;
  const pointers = await submodules(repository, [...all.values()]);
  const changed = await changeIndex(repository, indexFile, [...stored.value.lines, ...pointers]);
  if (changed !== null) return err(changed);
  const tree = await writeTree(repository, indexFile);
  if (!tree.ok) return tree;
  const permissions = withPermissions(await known, stored.value.found);
  return ok({ tree: tree.value, indexFile, permissions, ignored, unkept: marks });
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
