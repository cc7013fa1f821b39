import { err, ok, type Result } from '../domain/result.js';
import type { BytePath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, trouble } from '../git/trouble.js';
import { type CountedChange, changesBetween, countedChanges } from '../snapshot/changes.js';
import { addState, forgetLater, historyOf, NOTHING_BESIDE, type State } from '../snapshot/history.js';
import { alone } from '../snapshot/lock.js';
import { restore } from '../snapshot/restore.js';
import { openScratch, type Scratch } from '../snapshot/scratch.js';
import { readWorkTree } from '../snapshot/work-tree.js';
import type { WorkTreeState } from '../snapshot/work-tree-state.js';
import { worktreeOf } from '../snapshot/worktree.js';
import { inTheWay } from './in-the-way.js';
import { mergeTrees } from './merge-trees.js';

/** What became of the changes of an isolated run. */
export type BroughtBack =
  | { is: 'applied'; changes: CountedChange[] }
  /** Nothing was touched: these files hold other changes. */
  | { is: 'conflict'; paths: BytePath[] }
  /** They are in the files already. */
  | { is: 'nothing' };

/** The files that an isolated run found and left, by its history. */
export interface IsolatedSpan {
  first: State;
  left: State;
}

/** What a run changed in its work tree, whatever `undo` did there later; `null`: nothing is kept. */
export async function isolatedSpan(
  repository: Repository,
  id: string,
): Promise<Result<IsolatedSpan | null, Trouble>> {
  const history = await historyOf(repository, id);
  if (!history.ok) return history;
  const [first] = history.value;
  const left = history.value.findLast(
    ({ worktree, kind }) => worktree === first?.worktree && kind !== 'kept' && kind !== 'undone',
  );
  return ok(first === undefined || left === undefined ? null : { first, left });
}

/**
 * Puts what an isolated run changed onto the files of the user's work tree, and adds both states of these to the history of the run, so that
 * `undo` takes it back. A file that was changed meanwhile is merged by lines; with a conflict nothing is touched.
 */
export async function bringBack(
  repository: Repository,
  id: string,
  mostBytes: number,
): Promise<Result<BroughtBack, Trouble>> {
  const scratch = await openScratch(repository);
  if (!scratch.ok) return scratch;
  try {
    return await alone(
      repository,
      () => apply(repository, id, { scratch: scratch.value, mostBytes }),
      (reason) => reason,
    );
  } finally {
    await scratch.value.remove();
  }
}

async function apply(
  repository: Repository,
  id: string,
  { scratch, mostBytes }: { scratch: Scratch; mostBytes: number },
): Promise<Result<BroughtBack, Trouble>> {
  const span = await isolatedSpan(repository, id);
  if (!span.ok) return span;
  if (span.value === null) return ok({ is: 'nothing' });
  const { first, left } = span.value;
  const { included } = first;
  const now = await readWorkTree(repository, { scratch, rules: { included, mostBytes } });
  if (!now.ok) return now;
  const ours = now.value.tree;
  const merged = await mergeTrees(repository, { base: first.tree, ours, theirs: left.tree }, scratch);
  if (!merged.ok) return merged;
  const { tree, conflicts } = merged.value;
  if (conflicts.length > 0) return ok({ is: 'conflict', paths: conflicts });
  if (tree === ours) return ok({ is: 'nothing' });
  const toDo = await changesBetween(repository, ours, tree);
  if (!toDo.ok) return toDo;
  const blocked = inTheWay(repository, toDo.value);
  if (blocked.length > 0) return ok({ is: 'conflict', paths: blocked });
  const states = await keepBoth(repository, id, { ours: now.value, tree, left });
  if (!states.ok) return states;
  const order = { from: ours, to: tree, permissions: left.permissions };
  const restored = await restore(repository, order, scratch);
  if (!restored.ok) {
    if (restored.error.is === 'trouble') return err(restored.error.trouble);
    await forgetLater(repository, id, states.value);
    return ok({ is: 'conflict', paths: restored.error.paths });
  }
  const changes = await countedChanges(repository, ours, tree);
  return changes.ok ? ok({ is: 'applied', changes: changes.value }) : changes;
}

/** Both states are kept before the first file is touched: whenever the process is killed, `undo` finds them. */
async function keepBoth(
  repository: Repository,
  id: string,
  { ours, tree, left }: { ours: WorkTreeState; tree: string; left: State },
): Promise<Result<{ last: State; added: State }, Trouble>> {
  const history = await historyOf(repository, id);
  if (!history.ok) return history;
  const last = history.value.at(-1);
  if (last === undefined) return err(trouble('failed', 'the states of the run are gone'));
  const { included } = left;
  const known = { ...NOTHING_BESIDE, included, attempt: null, other: null, worktree: worktreeOf(repository) };
  const before = await addState(repository, id, {
    tree: ours.tree,
    parent: last.commit,
    note: { ...known, permissions: ours.permissions, kind: 'before' },
  });
  if (!before.ok) return before;
  const after = await addState(repository, id, {
    tree,
    parent: before.value.commit,
    note: { ...known, permissions: left.permissions, kind: 'after' },
  });
  return after.ok ? ok({ last, added: after.value }) : after;
}

/** What an isolated run changed, for a screen. */
export async function isolatedChanges(
  repository: Repository,
  { first, left }: IsolatedSpan,
): Promise<Result<CountedChange[], Trouble>> {
  return countedChanges(repository, first.tree, left.tree);
}

/** Whether an isolated run left other files than it found. */
export async function hasChanged(
  repository: Repository,
  { first, left }: IsolatedSpan,
): Promise<Result<boolean, Trouble>> {
  const changes = await changesBetween(repository, first.tree, left.tree);
  return changes.ok ? ok(changes.value.length > 0) : changes;
}
