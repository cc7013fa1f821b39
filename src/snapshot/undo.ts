import { err, ok, type Result } from '../domain/result.js';
import type { BytePath } from '../git/names.js';
import type { Repository } from '../git/repository.js';
import { type Trouble, trouble } from '../git/trouble.js';
import { changesBetween } from './changes.js';
import { addState, historyOf, NOTHING_BESIDE, type State } from './history.js';
import { alone } from './lock.js';
import { withPermissions } from './permissions.js';
import { planRestore, type RestoreFailure, type RestorePlan, restore } from './restore.js';
import type { Scratch } from './scratch.js';
import { treeOfDisk, treeWith } from './trees.js';
import { readWorkTree } from './work-tree.js';
import { worktreeOf } from './worktree.js';

/** What undoing a run would do. */
export interface UndoPlan extends RestorePlan {
  id: string;
  /** The state that the run, or an `undo` of it, has left. */
  from: State;
  /** The state that comes back. */
  to: State;
  /** It brings the changes of the run back, after an earlier `undo`. */
  isRedo: boolean;
  /** The last state of the run; an `undo` by another process adds one. */
  tip: string;
  /** What the run changed that no state holds, as texts for people. */
  unkept: readonly string[];
  /** Other runs that worked in the same files at the same time. */
  others: readonly string[];
}

/** The state that a run found and the one that it left, and the files that it changed between them. */
export interface RunSpan {
  first: State;
  left: State;
  paths: ReadonlySet<BytePath>;
  unkept: readonly string[];
  others: readonly string[];
}

/** What a run changed; of one that was killed, what is different now. `null`: no states of it are kept. */
export async function spanOf(
  repository: Repository,
  id: string,
  place: { scratch: Scratch; mostBytes: number },
): Promise<Result<RunSpan | null, Trouble>> {
  const history = await historyOf(repository, id);
  if (!history.ok) return history;
  const worktree = history.value.at(-1)?.worktree;
  // Those of an isolated run are of its own work tree until its changes are brought back.
  const states = history.value.filter(
    (state) => state.worktree === worktree && state.kind !== 'undone' && state.kind !== 'kept',
  );
  const [first] = states;
  let left = states.at(-1);
  if (first === undefined || left === undefined) return ok(null);
  if (left.kind === 'before') {
    if (left.worktree !== worktreeOf(repository)) return ok(null);
    const now = await leftByKilled(repository, id, left, place);
    if (!now.ok) return now;
    left = now.value;
    states.push(left);
  }
  const paths = await changedPaths(repository, states);
  if (!paths.ok) return paths;
  const all = (key: 'unkept' | 'others') => [...new Set(states.flatMap((state) => state[key]))];
  return ok({ first, left, paths: paths.value, unkept: all('unkept'), others: all('others') });
}

/** A killed run did not keep what it left: that is what is there now. */
async function leftByKilled(
  repository: Repository,
  id: string,
  before: State,
  { scratch, mostBytes }: { scratch: Scratch; mostBytes: number },
): Promise<Result<State, Trouble>> {
  const { included, attempt } = before;
  const now = await readWorkTree(repository, { scratch, rules: { included, mostBytes } });
  if (!now.ok) return now;
  if (now.value.tree === before.tree) return ok(before);
  const note = {
    ...NOTHING_BESIDE,
    kind: 'after',
    attempt,
    included,
    permissions: now.value.permissions,
    other: null,
    worktree: before.worktree,
  } as const;
  return addState(repository, id, { tree: now.value.tree, parent: before.commit, note });
}

/** The files that attempts changed, not those that others changed between attempts. */
async function changedPaths(
  repository: Repository,
  states: readonly State[],
): Promise<Result<Set<BytePath>, Trouble>> {
  const paths = new Set<BytePath>();
  for (const [at, state] of states.entries()) {
    const last = states[at - 1];
    if (last === undefined || state.kind === 'before') continue;
    const changes = await changesBetween(repository, last.tree, state.tree);
    if (!changes.ok) return changes;
    for (const { path } of changes.value) paths.add(path);
  }
  return ok(paths);
}

/** What `undo` would do now; a second one takes the first back. `null`: no states of the run are kept. */
export async function planUndo(
  repository: Repository,
  id: string,
  place: { scratch: Scratch; mostBytes: number },
): Promise<Result<UndoPlan | null, Trouble>> {
  const span = await spanOf(repository, id, place);
  if (!span.ok) return span;
  if (span.value === null) return ok(null);
  const history = await historyOf(repository, id);
  if (!history.ok) return history;
  const last = history.value.at(-1);
  const undone = last?.kind === 'undone' ? last : null;
  const undos = history.value.filter(({ kind }) => kind === 'undone').length;
  const other = undone === null ? null : history.value.find(({ commit }) => commit === undone.other);
  if (other === undefined) return err(trouble('failed', 'the state before the last `undo` is missing'));
  const from = undone ?? span.value.left;
  const to = other ?? span.value.first;
  const plan = await planRestore(repository, { from: from.tree, to: to.tree, only: span.value.paths });
  if (!plan.ok) return plan;
  const { unkept, others } = span.value;
  return ok({
    ...plan.value,
    id,
    from,
    to,
    isRedo: undos % 2 === 1,
    tip: last?.commit ?? '',
    unkept,
    others,
  });
}

/** Why an `undo` changed nothing; `overtaken`: another one was first. */
export type UndoFailure = RestoreFailure | { is: 'overtaken' };

/** Puts the files of a run back, after their content of now is kept where it is not yet. Only one process does so at a time. */
export async function undo(
  repository: Repository,
  plan: UndoPlan,
  how: { scratch: Scratch; isForced: boolean },
): Promise<Result<BytePath[], UndoFailure>> {
  return alone(
    repository,
    async () => {
      const last = await lastCommit(repository, plan.id);
      if (!last.ok) return err<UndoFailure>({ is: 'trouble', trouble: last.error });
      return last.value === plan.tip ? undoAlone(repository, plan, how) : err({ is: 'overtaken' });
    },
    (reason) => ({ is: 'trouble', trouble: reason }),
  );
}

async function undoAlone(
  repository: Repository,
  plan: UndoPlan,
  { scratch, isForced }: { scratch: Scratch; isForced: boolean },
): Promise<Result<BytePath[], RestoreFailure>> {
  const { id, from, to, todo, lost } = plan;
  const paths = new Set(todo.map(({ path }) => path));
  const kept = lost.length === 0 ? ok(from) : await keepNow(repository, plan, scratch);
  if (!kept.ok) return err({ is: 'trouble', trouble: kept.error });
  const order = { from: kept.value.tree, to: to.tree, permissions: to.permissions, only: paths, isForced };
  const restored = await restore(repository, order, scratch);
  if (!restored.ok) return restored;
  const lines = todo.map(({ path, after }) => ({
    path,
    mode: after?.mode ?? '0',
    oid: after?.oid ?? null,
  }));
  const tree = await treeWith(repository, kept.value.tree, lines, scratch);
  if (!tree.ok) return err({ is: 'trouble', trouble: tree.error });
  const note = { ...to, kind: 'undone' as const, attempt: null, other: kept.value.commit };
  const last = await lastCommit(repository, id);
  const added = last.ok
    ? await addState(repository, id, { tree: tree.value, parent: last.value, note })
    : last;
  return added.ok ? ok([...paths]) : err({ is: 'trouble', trouble: added.error });
}

/** Keeps what the files hold now, so that a forced `undo` loses nothing. */
async function keepNow(
  repository: Repository,
  { id, from, todo }: UndoPlan,
  scratch: Scratch,
): Promise<Result<State, Trouble>> {
  const tree = await treeOfDisk(repository, { base: from.tree, changes: todo, scratch });
  if (!tree.ok) return tree;
  const last = await lastCommit(repository, id);
  if (!last.ok) return last;
  const permissions = withPermissions(from.permissions, tree.value.found);
  const note = { ...from, kind: 'kept' as const, attempt: null, permissions, other: null };
  return addState(repository, id, { tree: tree.value.tree, parent: last.value, note });
}

async function lastCommit(repository: Repository, id: string): Promise<Result<string, Trouble>> {
  const history = await historyOf(repository, id);
  if (!history.ok) return history;
  const last = history.value.at(-1);
  return last === undefined ? err(trouble('failed', 'the states of the run are gone')) : ok(last.commit);
}
