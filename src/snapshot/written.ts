import { err, ok, type Result } from '../domain/result.js';
import { systemPath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import type { Trouble } from '../git/trouble.js';
import { copyIndex } from './copy-index.js';
import type { Suspect } from './listing.js';
import { type ReadPermissions, withPermissions } from './permissions.js';
import type { Scratch } from './scratch.js';
import { changeIndex, type IndexLine, store, writeTree } from './store.js';
import type { SnapshotRules } from './work-tree-state.js';

/** From what a state is written. */
export interface Base {
  indexFile: string;
  /** Its tree, which another state has too, so that a copy of the index is changed; `null`: unknown. */
  tree: string | null;
  /** Those of the files that are not read. */
  permissions: ReadPermissions | Promise<ReadPermissions>;
}

/** What is written: a tree with its index, and the permissions of its files. */
export interface Written {
  tree: string;
  indexFile: string;
  permissions: ReadPermissions;
}

/** A state with files as they are on disk now. */
export async function written(
  repository: Repository,
  base: Base,
  { files, scratch, rules }: { files: readonly Suspect[]; scratch: Scratch; rules: SnapshotRules },
): Promise<Result<Written, Trouble>> {
  const stored = await store(repository, files, { scratch, mostBytes: rules.mostBytes });
  if (!stored.ok) return stored;
  const known = new Map(files.map((file) => [file.path, file]));
  const differs = ({ path, mode, oid }: IndexLine): boolean => {
    const before = known.get(path);
    return before?.oid !== oid || before?.mode !== mode || oid === null;
  };
  const lines = [...stored.value.lines, ...(await submodules(repository, files))].filter(differs);
  const { tree } = base;
  const next =
    tree !== null && lines.length === 0
      ? ok({ tree, indexFile: base.indexFile })
      : await changed(repository, base, { lines, scratch });
  if (!next.ok) return next;
  const permissions = withPermissions(await base.permissions, stored.value.found);
  return ok({ ...next.value, permissions });
}

async function changed(
  repository: Repository,
  base: Base,
  { lines, scratch }: { lines: readonly IndexLine[]; scratch: Scratch },
): Promise<Result<Pick<Written, 'tree' | 'indexFile'>, Trouble>> {
  const copied = base.tree === null ? ok(base.indexFile) : await copyIndex(base.indexFile, scratch.file());
  if (!copied.ok) return copied;
  const indexFile = copied.value;
  const trouble = await changeIndex(repository, indexFile, lines);
  if (trouble !== null) return err(trouble);
  const tree = await writeTree(repository, indexFile);
  return tree.ok ? ok({ tree: tree.value, indexFile }) : tree;
}

/** Submodules that are at another commit. */
async function submodules({ git, root }: Repository, files: readonly Suspect[]): Promise<IndexLine[]> {
  const moved = files.filter(({ mode, isMissing }) => mode === GITLINK && !isMissing);
  const heads = moved.map(async ({ path }): Promise<IndexLine[]> => {
    const cwd = systemPath(root, path).toString('utf8');
    const { exitCode, stdout } = await git(['rev-parse', '--verify', '-q', 'HEAD'], { cwd });
    return exitCode === 0 ? [{ path, mode: GITLINK, oid: stdout.toString('latin1').trim() }] : [];
  });
  return (await Promise.all(heads)).flat();
}

/** The mode of a submodule in an index. */
export const GITLINK = '160000';
