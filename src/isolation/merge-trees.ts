import { err, ok, type Result } from '../domain/result.js';
import { readRegularFileNow } from '../files.js';
import type { BytePath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, troubleOf } from '../git/trouble.js';
import { blobs } from '../snapshot/blobs.js';
import { type Change, changesBetween, type Side } from '../snapshot/changes.js';
import type { Scratch } from '../snapshot/scratch.js';
import type { IndexLine } from '../snapshot/store.js';
import { treeWith } from '../snapshot/trees.js';

/** A tree with the changes of two sides. */
export interface MergedTree {
  tree: string;
  /** Files that both have changed in the same lines, or that cannot be merged by lines; the tree is then of no use. */
  conflicts: BytePath[];
}

/**
 * Puts the changes from `base` to `theirs` onto `ours`. A file that only one side has changed is that of this side, byte for byte; one that both
 * have changed is merged by its lines.
 */
export async function mergeTrees(
  repository: Repository,
  { base, ours, theirs }: { base: string; ours: string; theirs: string },
  scratch: Scratch,
): Promise<Result<MergedTree, Trouble>> {
  const [wanted, meanwhile] = await Promise.all([
    changesBetween(repository, base, theirs),
    changesBetween(repository, base, ours),
  ]);
  if (!wanted.ok) return wanted;
  if (!meanwhile.ok) return meanwhile;
  const others = new Map(meanwhile.value.map((change) => [change.path, change]));
  const lines: IndexLine[] = [];
  const conflicts = wanted.value
    .filter(({ path }) => isInTheWay(path, meanwhile.value))
    .map(({ path }) => path);
  for (const change of wanted.value) {
    const other = others.get(change.path);
    if (other === undefined) lines.push(lineOf(change.path, change.after));
    else if (!isSame(other.after, change.after)) {
      const merged = await mergeFile(repository, { change, ours: other.after }, scratch);
      if (!merged.ok) return merged;
      if (merged.value === null) conflicts.push(change.path);
      else lines.push(merged.value);
    }
  }
  if (conflicts.length > 0) return ok({ tree: ours, conflicts: [...new Set(conflicts)] });
  const tree = await treeWith(repository, ours, lines, scratch);
  return tree.ok ? ok({ tree: tree.value, conflicts }) : tree;
}

/** Whether a new file is where the other side has put a folder or, above it, a file. */
function isInTheWay(path: BytePath, meanwhile: readonly Change[]): boolean {
  return meanwhile.some(
    ({ path: other, after }) =>
      after !== null && (other.startsWith(`${path}/`) || path.startsWith(`${other}/`)),
  );
}

function lineOf(path: BytePath, side: Side): IndexLine {
  return { path, mode: side?.mode ?? '0', oid: side?.oid ?? null };
}

function isSame(one: Side, other: Side): boolean {
  return one?.oid === other?.oid && one?.mode === other?.mode;
}

/** The longest text that is merged by lines, bytes. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The file with the changes of both; `null`: a conflict. */
async function mergeFile(
  repository: Repository,
  { change, ours }: { change: Change; ours: Side },
  scratch: Scratch,
): Promise<Result<IndexLine | null, Trouble>> {
  const { path, before, after } = change;
  if (before === null || after === null || ours === null) return ok(null);
  if (![before, after, ours].every(({ mode }) => mode.startsWith('100'))) return ok(null);
  const mode = ours.mode === before.mode ? after.mode : ours.mode;
  if (ours.oid === before.oid) return ok({ path, mode, oid: after.oid });
  if (after.oid === before.oid || after.oid === ours.oid) return ok({ path, mode, oid: ours.oid });
  const files = [ours, before, after].map(({ oid }) => ({ oid, file: scratch.file() }));
  const read = await blobs(
    repository,
    files.map(({ oid }) => oid),
    (at) => Buffer.from(files[at]?.file ?? ''),
  );
  if (read !== null) return err(read);
  if (!files.every(({ file }) => isText(file))) return ok(null);
  const merged = await repository.git(['merge-file', '-p', '-q', ...files.map(({ file }) => file)]);
  if (merged.exitCode === null || merged.exitCode > 127)
    return err(troubleOf(merged, 'files cannot be merged'));
  if (merged.exitCode > 0) return ok(null);
  const stored = await repository.git(['hash-object', '-w', '--no-filters', '--stdin'], {
    stdin: merged.stdout.toString('latin1'),
  });
  if (stored.exitCode !== 0) return err(troubleOf(stored, 'the merged file cannot be written'));
  return ok({ path, mode, oid: stored.stdout.toString('latin1').trim() });
}

function isText(file: string): boolean {
  try {
    return !readRegularFileNow(file, { maxBytes: MOST_BYTES }).includes(0);
  } catch {
    return false;
  }
}
