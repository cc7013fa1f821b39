import { type BytePath, splitNul } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import type { Suspect } from './listing.js';
import { onDisk } from './on-disk.js';
import { hashFiles } from './store.js';

/** Whether a path is a file of ignore rules. */
export function isRules(path: BytePath): boolean {
  return path === '.gitignore' || path.endsWith('/.gitignore');
}

/**
 * Whether a file of ignore rules holds something else than in an index. Git suspects one that is not committed at every look, and with other
 * rules all that was ignored would count as made by the run: its traces, its `node_modules`.
 */
export async function rulesChanged(
  repository: Repository,
  indexFile: string,
  changed: readonly Suspect[],
): Promise<boolean> {
  const rules = changed.filter(({ path }) => isRules(path));
  if (rules.length === 0) return false;
  if (rules.some(({ path, isMissing }) => isMissing || onDisk(repository.root, path).is !== 'file'))
    return true;
  const listed = await repository.git(['ls-files', '-s', '-z', '--', ':(glob)**/.gitignore'], { indexFile });
  const paths = rules.map(({ path }) => path);
  const hashed = await hashFiles(repository, paths, { keeps: false });
  if (listed.exitCode !== 0 || !hashed.ok) return true;
  const known = new Set(splitNul(listed.stdout).map((line) => line.slice('100644 '.length)));
  return paths.some((path, at) => !known.has(`${hashed.value[at]} 0\t${path}`));
}
