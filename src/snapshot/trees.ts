import { err, ok, type Result } from '../domain/result.js';
import type { BytePath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, troubleOf } from '../git/trouble.js';
import type { Change } from './changes.js';
import type { Found } from './permissions.js';
import type { Scratch } from './scratch.js';
import { changeIndex, type IndexLine, store, writeTree } from './store.js';

/** A tree with some files changed. */
export async function treeWith(
  repository: Repository,
  base: string,
  lines: readonly IndexLine[],
  scratch: Scratch,
): Promise<Result<string, Trouble>> {
  const indexFile = scratch.file();
  const read = await repository.git(['read-tree', base], { indexFile });
  if (read.exitCode !== 0) return err(troubleOf(read, 'the snapshot cannot be read'));
  const changed = await changeIndex(repository, indexFile, lines);
  return changed === null ? writeTree(repository, indexFile) : err(changed);
}

/** A tree with some files as they are on disk. */
export async function treeOfDisk(
  repository: Repository,
  { base, changes, scratch }: { base: string; changes: readonly Change[]; scratch: Scratch },
): Promise<Result<{ tree: string; found: ReadonlyMap<BytePath, Found> }, Trouble>> {
  const suspects = changes.map(({ path, before, after }) => ({
    path,
    mode: before?.mode ?? after?.mode ?? '100644',
    oid: null,
    isMissing: false,
  }));
  const stored = await store(repository, suspects, { scratch, mostBytes: Number.POSITIVE_INFINITY });
  if (!stored.ok) return stored;
  const tree = await treeWith(repository, base, stored.value.lines, scratch);
  return tree.ok ? ok({ tree: tree.value, found: stored.value.found }) : tree;
}
