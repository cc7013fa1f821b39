import { err, ok, type Result } from '../domain/result.js';
import { type BytePath, splitNul } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, troubleOf } from '../git/trouble.js';

/** A file of the index that may differ from it. */
export interface Suspect {
  path: BytePath;
  /** Its mode in the index, octal; `000000`: it is not there. */
  mode: string;
  /** It is not in the work tree, or beneath a link. */
  isMissing: boolean;
}

/** The files of the index that differ from it by their times, sizes or modes, or are not merged. */
export async function suspects({ git }: Repository, indexFile: string): Promise<Result<Suspect[], Trouble>> {
  const args = ['diff-files', '--raw', '-z', '--no-renames', '--no-abbrev', '--ignore-submodules=dirty'];
  const answer = await git(args, { indexFile });
  if (answer.exitCode !== 0) return err(troubleOf(answer, 'the files cannot be compared with the index'));
  const parts = splitNul(answer.stdout);
  const found = new Map<BytePath, Suspect>();
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [oldMode = '', , , , status = ''] = (parts[at] ?? '').slice(1).split(' ');
    const path = parts[at + 1] ?? '';
    // One that is not merged comes twice: as such, and compared with a side of it.
    const before = found.get(path);
    const known = oldMode === '000000' && status === 'U' ? '100644' : oldMode;
    const mode = before?.mode ?? known;
    found.set(path, { path, mode, isMissing: status === 'D' || (before?.isMissing ?? false) });
  }
  return ok([...found.values()]);
}

/** Files that are not in the index; `nested` are folders with a repository of their own. */
export interface Untracked {
  files: BytePath[];
  nested: BytePath[];
}

/** Files outside of the index: by the ignore rules of Git, and ignored ones that match a pattern. */
export async function untracked(
  { git }: Repository,
  indexFile: string,
  { included, all = false }: { included: readonly string[]; all?: boolean },
): Promise<Result<Untracked, Trouble>> {
  const [listed, more] = await Promise.all([
    git(['ls-files', '-o', '-z', ...(all ? [] : ['--exclude-standard'])], { indexFile }),
    ignored({ git }, indexFile, included),
  ]);
  if (listed.exitCode !== 0) return err(troubleOf(listed, NOT_LISTED));
  if (!more.ok) return more;
  const paths = [...new Set([...splitNul(listed.stdout), ...more.value])];
  return ok({
    files: paths.filter((path) => !path.endsWith('/')),
    nested: paths.filter((path) => path.endsWith('/')).map((path) => path.slice(0, -1)),
  });
}

const NOT_LISTED = 'the files outside of the index cannot be listed';

/** Files outside of the index that match one of the patterns of `.gitignore`, whatever the ignore rules say. */
export async function ignored(
  { git }: Pick<Repository, 'git'>,
  indexFile: string,
  patterns: readonly string[],
): Promise<Result<BytePath[], Trouble>> {
  if (patterns.length === 0) return ok([]);
  const excludes = patterns.map((pattern) => `--exclude=${pattern}`);
  const answer = await git(['ls-files', '-o', '-i', '-z', ...excludes], { indexFile });
  if (answer.exitCode !== 0) return err(troubleOf(answer, NOT_LISTED));
  return ok(splitNul(answer.stdout).filter((path) => !path.endsWith('/')));
}

/** An entry of the index. */
export interface Entry {
  path: BytePath;
  mode: string;
  oid: string;
  /** Git does not look at the file: it is assumed to be unchanged, or left out of a sparse checkout. */
  isHidden: boolean;
}

/** Every entry of an index. */
export async function entries({ git }: Repository, indexFile: string): Promise<Result<Entry[], Trouble>> {
  const answer = await git(['ls-files', '-v', '-s', '-z'], { indexFile });
  if (answer.exitCode !== 0) return err(troubleOf(answer, 'the index cannot be read'));
  return ok(
    splitNul(answer.stdout).map((part) => {
      const tab = part.indexOf('\t');
      const [tag = '', mode = '', oid = ''] = part.slice(0, tab).split(' ');
      return { path: part.slice(tab + 1), mode, oid, isHidden: tag === 'S' || tag !== tag.toUpperCase() };
    }),
  );
}
