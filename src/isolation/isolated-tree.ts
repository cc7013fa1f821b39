import { realpathSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import type { GitPlace } from '../git/git.js';
import { findRepository, type Repository } from '../git/repository.js';
import { systemTrouble, type Trouble, troubleOf } from '../git/trouble.js';
import { addState, dropRun, historyOf, NOTHING_BESIDE, type State } from '../snapshot/history.js';
import { openScratch, type Scratch } from '../snapshot/scratch.js';
import { readAgain, readWorkTree } from '../snapshot/work-tree.js';
import type { SnapshotRules, WorkTreeState } from '../snapshot/work-tree-state.js';
import { worktreeOf } from '../snapshot/worktree.js';
import { makeLinkedTree, removeLinkedTree } from './linked-tree.js';
import { claim, orphans, placesOf, release, removeDrafts } from './owner.js';

/** Where an isolated run works, and from which files. */
export interface IsolationOrder {
  id: string;
  /** Folder of all isolated work trees. */
  dir: string;
  /** The user's working directory. */
  cwd: string;
  place: Omit<GitPlace, 'cwd'>;
  rules: SnapshotRules;
}

/** The work tree of one isolated run. */
export class IsolatedTree {
  private constructor(
    readonly order: IsolationOrder,
    /** The user's. */
    readonly repository: Repository,
    readonly linked: Repository,
    readonly scratch: Scratch,
    readonly found: WorkTreeState,
  ) {}

  /** Makes it of the user's files as they are now, after those of killed runs are removed. */
  static async open(order: IsolationOrder): Promise<Result<IsolatedTree, Trouble>> {
    await removeOrphans(order.dir, order.place);
    const repository = await findRepository({ ...order.place, cwd: order.cwd });
    if (!repository.ok) return repository;
    const { id, dir, rules } = order;
    const { commonDir } = repository.value;
    try {
      await claim(dir, id, { commonDir, included: rules.included, isKept: false });
      const made = await IsolatedTree.#make(order, repository.value);
      if (!made.ok) await discard(dir, id, commonDir);
      return made;
    } catch (error) {
      await discard(dir, id, commonDir).catch(() => undefined);
      return err(systemTrouble(error, `no work tree can be made in \`${dir}\``));
    }
  }

  static async #make(order: IsolationOrder, repository: Repository): Promise<Result<IsolatedTree, Trouble>> {
    const { rules, place, dir, id } = order;
    const scratch = await openScratch(repository);
    if (!scratch.ok) return scratch;
    try {
      const now = await readWorkTree(repository, { scratch: scratch.value, rules });
      if (!now.ok) return now;
      const { tree } = placesOf(dir, id);
      const linked = await makeLinkedTree(repository, now.value, { place, tree });
      if (!linked.ok) return linked;
      await mkdir(workingFolder(order, repository), { recursive: true });
      const own = await openScratch(linked.value);
      if (!own.ok) return own;
      const found = await readWorkTree(linked.value, { scratch: own.value, rules });
      if (!found.ok) return found;
      return ok(new IsolatedTree(order, repository, linked.value, own.value, found.value));
    } finally {
      await scratch.value.remove();
    }
  }

  /** Keeps what the run left in its history; `null`: it changed nothing. */
  async keep(): Promise<Result<State | null, Trouble>> {
    const { linked, scratch, found, order } = this;
    const left = await readAgain(linked, found, { scratch, rules: order.rules });
    if (!left.ok) return left;
    return keepLeft(linked, order.id, {
      found: found.tree,
      left: left.value,
      included: order.rules.included,
    });
  }

  /** From now on the work tree may change without becoming part of what the run left, also if this process is killed. */
  async markKept(): Promise<void> {
    const { order, repository } = this;
    const { commonDir } = repository;
    await claim(order.dir, order.id, { commonDir, included: order.rules.included, isKept: true });
  }

  /** Leaves a branch with what the run left, on top of the user's commit. */
  async branch({ tree }: State): Promise<Result<string, Trouble>> {
    const { git, noObject } = this.repository;
    const { id } = this.order;
    const head = await git(['rev-parse', '--verify', '-q', 'HEAD^{commit}']);
    const parents = head.exitCode === 0 ? ['-p', head.stdout.toString('latin1').trim()] : [];
    const made = await git(['commit-tree', '--no-gpg-sign', ...parents, '-m', `llm-router ${id}`, tree]);
    if (made.exitCode !== 0) return err(troubleOf(made, 'the branch cannot be written'));
    const name = `llm-router-${id}`;
    const commit = made.stdout.toString('latin1').trim();
    const moved = await git(['update-ref', `refs/heads/${name}`, commit, noObject]);
    return moved.exitCode === 0 ? ok(name) : err(troubleOf(moved, `branch \`${name}\` cannot be written`));
  }

  async remove(): Promise<void> {
    const { order, repository } = this;
    await discard(order.dir, order.id, repository.commonDir);
  }
}

/** The folder in the isolated work tree that stands for the user's working directory. */
export function workingFolder(
  { dir, id, cwd }: Pick<IsolationOrder, 'dir' | 'id' | 'cwd'>,
  { root }: Pick<Repository, 'root'>,
): string {
  return path.join(placesOf(dir, id).tree, path.relative(root, realpathSync(cwd)));
}

async function discard(dir: string, id: string, commonDir: string): Promise<void> {
  await removeLinkedTree(commonDir, placesOf(dir, id).tree);
  await release(dir, id);
}

/** Adds what a run left to its history, where an attempt has not done so. */
async function keepLeft(
  linked: Repository,
  id: string,
  { found, left, included }: { found: string; left: WorkTreeState; included: readonly string[] },
): Promise<Result<State | null, Trouble>> {
  const history = await historyOf(linked, id);
  if (!history.ok) return history;
  let last = history.value.at(-1) ?? null;
  if (left.tree === found) {
    if (last !== null && history.value.every(({ kind }) => kind === 'before'))
      await dropRun(linked, { id, commit: last.commit });
    return ok(null);
  }
  const { permissions } = left;
  const worktree = worktreeOf(linked);
  const note = { ...NOTHING_BESIDE, attempt: null, included, permissions, other: null, worktree };
  if (last === null) {
    const first = await addState(linked, id, {
      tree: found,
      parent: null,
      note: { ...note, kind: 'before' },
    });
    if (!first.ok) return first;
    last = first.value;
  }
  if (last.tree === left.tree) return ok(last);
  return addState(linked, id, { tree: left.tree, parent: last.commit, note: { ...note, kind: 'after' } });
}

/** Removes the work trees of killed runs. What they hold is kept in the history of the run first, where it can be read. */
async function removeOrphans(dir: string, place: Omit<GitPlace, 'cwd'>): Promise<void> {
  await removeDrafts(dir).catch(() => undefined);
  for (const { id, owner } of orphans(dir)) {
    if (!owner.isKept) await keepOrphan(dir, id, { place, included: owner.included }).catch(() => undefined);
    await discard(dir, id, owner.commonDir).catch(() => undefined);
  }
}

async function keepOrphan(
  dir: string,
  id: string,
  { place, included }: { place: Omit<GitPlace, 'cwd'>; included: readonly string[] },
): Promise<void> {
  const { tree } = placesOf(dir, id);
  const linked = await findRepository({ ...place, cwd: tree });
  // Where its own entry is missing, Git finds a repository around it.
  if (!linked.ok || linked.value.root !== realpathSync(tree)) return;
  const history = await historyOf(linked.value, id);
  // Without a state there was no attempt yet.
  const first = history.ok ? history.value[0] : undefined;
  if (first === undefined || first.worktree !== worktreeOf(linked.value)) return;
  // Its changes were kept already when they were brought back.
  if (history.ok && history.value.at(-1)?.worktree !== first.worktree) return;
  const scratch = await openScratch(linked.value);
  if (!scratch.ok) return;
  const rules = { included, mostBytes: Number.POSITIVE_INFINITY };
  const left = await readWorkTree(linked.value, { scratch: scratch.value, rules });
  await scratch.value.remove();
  if (left.ok) await keepLeft(linked.value, id, { found: first.tree, left: left.value, included });
}
