import { err, ok, type Result } from '../domain/result.js';
import { type BytePath, splitNul } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, trouble, troubleOf } from '../git/trouble.js';

/** One side of a change; `null`: there is no such file. */
export type Side = { mode: string; oid: string } | null;

/** A file that differs between two states. */
export interface Change {
  path: BytePath;
  before: Side;
  after: Side;
}

/** A change with the lines that differ; `null`: not counted, or no text. */
export interface CountedChange extends Change {
  added: number | null;
  removed: number | null;
}

/** The files that differ between two trees or commits, by path. */
export async function changesBetween(
  { git }: Repository,
  before: string,
  after: string,
): Promise<Result<Change[], Trouble>> {
  if (before === after) return ok([]);
  const answer = await git(['diff-tree', '-r', '-z', '--raw', '--no-renames', '--no-abbrev', before, after]);
  if (answer.exitCode !== 0) return err(troubleOf(answer, 'the states cannot be compared'));
  return ok(rawChanges(answer.stdout));
}

/** The changes of an output of `--raw -z`. */
function rawChanges(output: Buffer): Change[] {
  const parts = splitNul(output);
  const changes: Change[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [oldMode = '', newMode = '', oldOid = '', newOid = ''] = (parts[at] ?? '').slice(1).split(' ');
    changes.push({ path: parts[at + 1] ?? '', before: side(oldMode, oldOid), after: side(newMode, newOid) });
  }
  return changes;
}

/** What an index holds other than a tree. One with files that are not merged is trouble. */
export async function changesOfIndex(
  { git }: Repository,
  tree: string,
  indexFile: string,
): Promise<Result<Change[], Trouble>> {
  const args = ['diff-index', '--cached', '--raw', '-z', '--no-renames', '--no-abbrev'];
  const answer = await git([...args, '--ita-visible-in-index', '--ignore-submodules=none', tree], {
    indexFile,
  });
  if (answer.exitCode !== 0) return err(troubleOf(answer, 'the index cannot be compared'));
  // These look like removed files otherwise.
  if (answer.stdout.includes(' U\0'))
    return err(trouble('failed', 'the index has files that are not merged'));
  return ok(rawChanges(answer.stdout));
}

function side(mode: string, oid: string): Side {
  return mode === '000000' ? null : { mode, oid };
}

/** More files than a person reads are not compared line by line. */
const MOST_COUNTED = 2000;

/** The same with the lines that were added and removed. */
export async function countedChanges(
  repository: Repository,
  before: string,
  after: string,
): Promise<Result<CountedChange[], Trouble>> {
  const changes = await changesBetween(repository, before, after);
  if (!changes.ok) return changes;
  const unknown = { added: null, removed: null };
  const { length } = changes.value;
  if (length === 0 || length > MOST_COUNTED) return ok(changes.value.map((one) => ({ ...one, ...unknown })));
  const answer = await repository.git([
    ...['diff-tree', '-r', '-z', '--numstat', '--no-renames', '--no-textconv', '--no-ext-diff'],
    ...[before, after],
  ]);
  if (answer.exitCode !== 0) return err(troubleOf(answer, 'the states cannot be compared'));
  const lines = new Map(splitNul(answer.stdout).map(lineCounts));
  return ok(changes.value.map((one) => ({ ...one, ...(lines.get(one.path) ?? unknown) })));
}

type LineCounts = Pick<CountedChange, 'added' | 'removed'>;

/** `added TAB removed TAB path`; `-` for what is no text. */
function lineCounts(line: string): [path: BytePath, counts: LineCounts] {
  const [added = '', removed = ''] = line.split('\t', 2);
  const count = (text: string): number | null => (/^\d+$/.test(text) ? Number(text) : null);
  const path = line.slice(added.length + removed.length + 2);
  return [path, { added: count(added), removed: count(removed) }];
}
