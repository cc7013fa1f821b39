import { mkdirSync, writeFileSync } from 'node:fs';
import { err, ok, type Result } from '../domain/result.js';
import { readRegularFileNow } from '../files.js';
import { type BytePath, folderOfPath, splitNul, systemPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { systemTrouble, type Trouble, troubleOf } from '../git/trouble.js';
import { blobs } from './blobs.js';
import { entries } from './listing.js';
import type { Scratch } from './scratch.js';

const NAME = '.gitignore';

/** Whether a path is a file of ignore rules. */
export function isRules(path: BytePath): boolean {
  return path === NAME || path.endsWith(`/${NAME}`);
}

/**
 * Those of the paths that the rules of an earlier state do not ignore: an agent that changes a `.gitignore` must not make files that were
 * there before look like new ones.
 */
export async function notIgnoredBefore(
  repository: Repository,
  paths: readonly BytePath[],
  by: { indexFile: string; scratch: Scratch; ignoredNow: readonly BytePath[] },
): Promise<Result<BytePath[], Trouble>> {
  const rules = by.scratch.file();
  const written = await writeRules(repository, by.indexFile, rules);
  if (written !== null) return err(written);
  const copied = copyRules(repository, by.ignoredNow.filter(isRules), rules);
  if (copied !== null) return err(copied);
  const { git, gitDir } = repository;
  // Without the dot a name that starts with a colon would be a pattern.
  const answer = await git(
    [`--git-dir=${gitDir}`, `--work-tree=${rules}`, 'check-ignore', '--no-index', '-z', '--stdin'],
    { cwd: rules, stdin: paths.map((path) => `./${path}\0`).join('') },
  );
  if (answer.exitCode !== 0 && answer.exitCode !== 1)
    return err(troubleOf(answer, 'the ignore rules cannot be read'));
  const ignored = new Set(splitNul(answer.stdout).map((path) => path.slice('./'.length)));
  return ok(paths.filter((path) => !ignored.has(path)));
}

async function writeRules(repository: Repository, indexFile: string, dir: string): Promise<Trouble | null> {
  const listed = await entries(repository, indexFile);
  if (!listed.ok) return listed.error;
  const files = listed.value.filter(({ path, mode }) => isRules(path) && mode.startsWith('100'));
  try {
    mkdirSync(dir, { mode: 0o700 });
    const read = await blobs(
      repository,
      files.map(({ oid }) => oid),
      (at) => {
        const { path } = files[at] ?? { path: NAME };
        mkdirSync(systemPath(dir, folderOfPath(path)), { recursive: true });
        return systemPath(dir, path);
      },
    );
    return read;
  } catch (error) {
    return systemTrouble(error, 'the ignore rules cannot be written');
  }
}

/** Rules that ignore their own file, as those of a virtual environment do, belong to no state: they count as they are now. */
function copyRules({ root }: Repository, paths: readonly BytePath[], dir: string): Trouble | null {
  try {
    for (const path of paths) {
      const text = readRegularFileNow(systemPath(root, path).toString(), { maxBytes: MOST_BYTES });
      mkdirSync(systemPath(dir, folderOfPath(path)), { recursive: true });
      writeFileSync(systemPath(dir, path), text, { flag: 'wx' });
    }
    return null;
  } catch (error) {
    return systemTrouble(error, 'the ignore rules cannot be read');
  }
}

const MOST_BYTES = 16 * 1024 * 1024;
