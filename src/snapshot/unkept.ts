import { nodeCrypto } from '../crypto/crypto.js';
import type { Git } from '../git/git.js';
import { type BytePath, bytePath, shownPath, splitNul, systemPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { commitIn, headIn } from './head.js';
import { lstatOf } from './on-disk.js';

/**
 * What an attempt can change and no snapshot holds: submodules, other repositories inside the work tree, and `HEAD`. Each has a mark that
 * differs once it was changed.
 */
export interface Unkept {
  submodules: ReadonlyMap<BytePath, string>;
  /** Repositories that are no submodules. */
  nested: ReadonlyMap<BytePath, string>;
  head: string;
}

/** So many repositories are looked at at once. */
const AT_ONCE = 8;

/** Looks at them; `nested` are folders with a repository of their own, `head` is the mark of `HEAD`. */
export async function unkept(
  { git, root }: Repository,
  {
    submodules,
    nested,
    head,
  }: { submodules: Iterable<BytePath>; nested: Iterable<BytePath>; head: Promise<string> },
): Promise<Unkept> {
  return {
    submodules: await marks(submodules, (path) => submoduleMark(git, root, path)),
    nested: await marks(nested, async (path) => {
      const at = folderOf(root, path);
      if (at === null) return '';
      return markOfHead(await headCommit((args) => git(args, { cwd: at })), `${at}/.git`);
    }),
    head: await head,
  };
}

async function marks(
  paths: Iterable<BytePath>,
  markOf: (path: BytePath) => Promise<string>,
): Promise<Map<BytePath, string>> {
  const all = [...new Set(paths)];
  const found = new Map<BytePath, string>();
  for (let at = 0; at < all.length; at += AT_ONCE) {
    const some = all.slice(at, at + AT_ONCE);
    const read = await Promise.all(some.map(markOf));
    for (const [n, path] of some.entries()) found.set(path, read[n] ?? '');
  }
  return found;
}

/** The commit and the branch of the work tree. */
export async function headMark(repository: Repository): Promise<string> {
  const { git, gitDir } = repository;
  return markOfHead(commitIn(repository) ?? (await headCommit(git)), gitDir);
}

function markOfHead(commit: string, gitDir: string): string {
  return `${commit} ${headIn(gitDir)}`;
}

/** The commit of a mark of `HEAD`; empty: there is none. */
export function commitOf(mark: string): string {
  return mark.slice(0, mark.indexOf(' '));
}

/** Empty: there is none. */
async function headCommit(git: Git): Promise<string> {
  return (await git(['rev-parse', '--verify', '-q', 'HEAD'])).stdout.toString('latin1').trim();
}

/** Its commit, and what is changed in it; empty: its files are not there. */
async function submoduleMark(git: Git, root: string, path: BytePath): Promise<string> {
  const at = folderOf(root, path);
  // Git would find the repository around a folder without one.
  if (at === null || lstatOf(systemPath(root, `${path}/.git`)) === null) return '';
  const inner: Git = (args, options) => git(args, { cwd: at, ...options });
  const args = ['status', '--porcelain=v2', '--branch', '-z', '--untracked-files=all', '--no-renames'];
  const [status, noFilters] = [[...args, '--ignore-submodules=none'], await filtersOff(inner)];
  const answer = await inner([...noFilters, ...status]);
  const lines = splitNul(answer.stdout);
  const commit = /^# branch\.oid (\S+)$/m.exec(lines.join('\n'))?.[1] ?? '';
  const entries = lines.filter((line) => /^[12u?] /.test(line));
  const hash = nodeCrypto().createHash('sha256');
  for (const line of entries) {
    const changed = line.startsWith('? ') ? line.slice(2) : line.split(' ').slice(8).join(' ');
    const found = lstatOf(systemPath(at, changed));
    hash.update(`${line}\0${found?.size} ${found?.mtimeMs} ${found?.mode}\0`);
    if (/^[12u] \S+ S/.test(line)) hash.update(await submoduleMark(git, at, changed));
  }
  return entries.length === 0 ? commit : `${commit} ${hash.digest('hex')}`;
}

/** Git compares files through the filters that a repository configures: an empty command is none. */
async function filtersOff(git: Git): Promise<string[]> {
  const pattern = '^filter\\..*\\.(clean|process|required)$';
  const listed = await git(['config', '-z', '--name-only', '--get-regexp', pattern]);
  const keys = splitNul(listed.stdout).filter((key) => !key.includes('='));
  return keys.flatMap((key) => ['-c', key.endsWith('.required') ? `${key}=false` : `${key}=`]);
}

/** The working directory of a process is given as text. */
function folderOf(root: string, path: BytePath): string | null {
  const name = shownPath(path);
  return bytePath(name) === path ? `${root}/${name}` : null;
}

/** What differs, as ``submodule `a` (was at `1a2b3c4`)``. */
export function unkeptChanges(before: Unkept, after: Unkept): string[] {
  const changed = (kind: 'submodules' | 'nested', word: string): string[] =>
    [...new Set([...before[kind].keys(), ...after[kind].keys()])].flatMap((path) => {
      const [was, is] = [before[kind].get(path), after[kind].get(path)];
      return was === is ? [] : [`${word} \`${shownPath(path)}\`${place(was, is)}`];
    });
  return [
    ...changed('submodules', 'submodule'),
    ...changed('nested', 'repository'),
    ...(before.head === after.head ? [] : [`\`HEAD\`${place(before.head, after.head)}`]),
  ];
}

/** Where it was, if it is at another commit or branch now. */
function place(was: string | undefined, is: string | undefined): string {
  const [commit = ''] = was?.split(' ') ?? [];
  if (was === undefined || commit === '' || commit === is?.split(' ')[0]) return '';
  return ` (was at \`${commit.slice(0, 7)}\`)`;
}
