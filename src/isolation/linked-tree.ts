import { mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { err, ok, type Result } from '../domain/result.js';
import type { GitPlace } from '../git/git.js';
import { systemPath } from '../git/names.js';
import { findRepository, type Repository } from '../git/repository.js';
import { systemTrouble, type Trouble, trouble, troubleOf } from '../git/trouble.js';
import { copyIndex } from '../snapshot/copy-index.js';
import { restore } from '../snapshot/restore.js';
import { openScratch } from '../snapshot/scratch.js';
import { untilStill } from '../snapshot/until-still.js';
import type { WorkTreeState } from '../snapshot/work-tree-state.js';

/**
 * Makes a linked work tree with the files of a state, byte for byte. Its `HEAD` is that of the user without a branch, and its index a copy
 * of the user's, so that the user's own changes look the same in it; folders of submodules are empty.
 */
export async function makeLinkedTree(
  repository: Repository,
  state: WorkTreeState,
  { place, tree }: { place: Omit<GitPlace, 'cwd'>; tree: string },
): Promise<Result<Repository, Trouble>> {
  const head = await headFor(repository, state.tree);
  if (!head.ok) return head;
  const added = await addTree(repository, tree, head.value);
  if (!added.ok) return added;
  const linked = await findRepository({ ...place, cwd: tree });
  if (!linked.ok) return linked;
  const copied = await copyIndex(repository.indexFile, linked.value.indexFile);
  if (!copied.ok) return copied;
  const filled = await fill(linked.value, state);
  if (filled !== null) return err(filled);
  // Git then need not read every file again; what differs from the index is no failure.
  await linked.value.git(['update-index', '-q', '--really-refresh']);
  return linked;
}

/** The user's commit; before the first one, a commit of the files as they are. */
async function headFor({ git }: Repository, tree: string): Promise<Result<string, Trouble>> {
  const head = await git(['rev-parse', '--verify', '-q', 'HEAD^{commit}']);
  if (head.exitCode === 0) return ok(head.stdout.toString('latin1').trim());
  const made = await git(['commit-tree', '--no-gpg-sign', '-m', 'llm-router: the files so far', tree]);
  if (made.exitCode !== 0) return err(troubleOf(made, 'the work tree cannot be made'));
  return ok(made.stdout.toString('latin1').trim());
}

/** Adds the work tree, without files. Git fails for a moment while another process adds one to the same repository. */
async function addTree(
  { git, commonDir }: Repository,
  tree: string,
  commit: string,
): Promise<Result<null, Trouble>> {
  return untilStill(async () => {
    const added = await git(['worktree', 'add', '--no-checkout', '--detach', tree, commit]);
    if (added.exitCode === 0) return ok(null);
    await removeLinkedTree(commonDir, tree);
    return err(troubleOf(added, 'the work tree cannot be made'));
  }, MOST_TRIES);
}

/** About two seconds: the entry of a process that was killed meanwhile stays as it is. */
const MOST_TRIES = 100;

async function fill(linked: Repository, { tree, permissions }: WorkTreeState): Promise<Trouble | null> {
  const empty = await linked.git(['hash-object', '-t', 'tree', '-w', '--stdin']);
  if (empty.exitCode !== 0) return troubleOf(empty, 'the work tree cannot be made');
  const scratch = await openScratch(linked);
  if (!scratch.ok) return scratch.error;
  try {
    const from = empty.stdout.toString('latin1').trim();
    const done = await restore(linked, { from, to: tree, permissions }, scratch.value);
    if (!done.ok)
      return done.error.is === 'trouble' ? done.error.trouble : trouble('failed', 'the work tree is in use');
    for (const path of done.value.submodules) mkdirSync(systemPath(linked.root, path), { recursive: true });
    return null;
  } catch (error) {
    return systemTrouble(error, 'the work tree cannot be made');
  } finally {
    await scratch.value.remove();
  }
}

/** Removes a linked work tree and what its repository keeps of it, however much of either is there. */
export async function removeLinkedTree(commonDir: string, tree: string): Promise<void> {
  await rm(tree, { recursive: true, force: true });
  // Git names it by its folder, and ids of runs are distinct.
  await rm(path.join(commonDir, 'worktrees', path.basename(tree)), { recursive: true, force: true });
}
