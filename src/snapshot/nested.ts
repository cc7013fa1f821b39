import type { Git } from '../git/git.js';
import { type BytePath, bytePath, shownPath, splitNul } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { ignoredNames } from './listing.js';

type Place = Pick<Repository, 'git' | 'root'>;

/** What repositories inside a work tree that are no submodules hold, by the rules of each of them. */
export interface NestedFiles {
  /** What they track, and what they do not ignore. */
  files: BytePath[];
  /** What they ignore; names of folders end in `/`. */
  ignored: BytePath[];
}

/** The files of nested repositories. One that Git does not read is left out, as is what is in their own folders `.git`. */
export async function nestedFiles(place: Place, folders: readonly BytePath[]): Promise<NestedFiles> {
  const found = await Promise.all(folders.map((folder) => filesOf(place, folder)));
  return { files: found.flatMap(({ files }) => files), ignored: found.flatMap(({ ignored }) => ignored) };
}

const NONE: NestedFiles = { files: [], ignored: [] };

async function filesOf({ git, root }: Place, folder: BytePath): Promise<NestedFiles> {
  const name = shownPath(folder);
  // The working directory of a process is given as text.
  if (bytePath(name) !== folder) return NONE;
  const inner = { git: gitAt(git, `${root}/${name}`), root: `${root}/${name}` };
  const [listed, ignored] = await Promise.all([
    inner.git(['ls-files', '-c', '-o', '-z', '--exclude-standard']),
    ignoredNames(inner),
  ]);
  if (listed.exitCode !== 0 || !ignored.ok) return NONE;
  const paths = [...new Set(splitNul(listed.stdout))];
  const folders = paths.filter((path) => path.endsWith('/')).map((path) => path.slice(0, -1));
  const deeper = await nestedFiles(inner, folders);
  const within = (path: BytePath): BytePath => `${folder}/${path}`;
  return {
    files: [...paths.filter((path) => !path.endsWith('/')), ...deeper.files].map(within),
    ignored: [...ignored.value, ...deeper.ignored].map(within),
  };
}

function gitAt(git: Git, cwd: string): Git {
  return (args, options) => git(args, { cwd, ...options });
}
