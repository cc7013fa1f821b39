import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import type { Result } from '../../src/domain/result.js';
import { bringBack } from '../../src/isolation/bring-back.js';
import { IsolatedTree } from '../../src/isolation/isolated-tree.js';
import { filesBelow, type GitTree, inGitTree, untouched } from '../rig/git-tree.js';
import { apply, namesIn, type Story } from '../snapshot/properties.js';

const RULES = { included: ['*.local'], mostBytes: 1e9 };
const ID = '01K9ZQ3V7M8KD01K9ZQ3V7M8KD';

/** The isolated work tree of a Git tree. */
export async function isolatedIn({ root, env }: GitTree, id = ID): Promise<IsolatedTree> {
  const dir = path.join(path.dirname(root), 'isolated');
  return value(await IsolatedTree.open({ id, dir, cwd: root, place: { env }, rules: RULES }));
}

/** Works in an isolated tree of random files, brings the change back, and compares every byte of every file. */
export async function isolationHolds({ before, during }: Story): Promise<void> {
  await inGitTree(async (tree) => {
    tree.write('.gitignore', '*.log\n*.local\n');
    for (const step of before) apply(tree, step);
    const [files, kept] = [filesBelow(tree.root), untouched(tree)];
    const isolated = await isolatedIn(tree);
    const { root } = isolated.linked;
    expect([filesBelow(tree.root), untouched(tree)]).toEqual([files, kept]);
    const known = namesIn(tree, isolated.found.tree);
    const inside = filesBelow(root);
    for (const at of Object.keys(inside)) expect([at, inside[at]]).toEqual([at, files[at]]);
    for (const at of known) expect([at, inside[at]]).toEqual([at, files[at]]);
    for (const step of during) if (!isShared(step)) apply({ root, git: gitIn(root, tree) }, step);
    const left = value(await isolated.keep());
    const wanted = left === null ? known : namesIn(tree, left.tree);
    const changed = filesBelow(root);
    await isolated.remove();
    const back = value(await bringBack(isolated.repository, ID, RULES.mostBytes));
    // An ignored file of the user's in the place of a new one.
    if (back.is !== 'conflict') expectBrought(tree, { known, wanted, files, changed });
    else expect(filesBelow(tree.root)).toEqual(files);
    expect(untouched(tree)).toEqual(kept);
    expect(existsSync(root)).toBe(false);
  });
}

/** What belongs to the change is as the tool left it; all else is as it was. */
function expectBrought(
  tree: GitTree,
  by: Record<'known' | 'wanted', Set<string>> & Record<'files' | 'changed', Record<string, string>>,
): void {
  const now = filesBelow(tree.root);
  for (const at of by.wanted) expect([at, now[at]]).toEqual([at, by.changed[at]]);
  for (const at of by.known) if (!by.wanted.has(at)) expect([at, now[at]]).toEqual([at, undefined]);
  const others = Object.keys(by.files).filter((at) => !by.known.has(at) && !by.wanted.has(at));
  for (const at of others) expect([at, now[at]]).toEqual([at, by.files[at]]);
}

/** Stashes belong to all work trees of a repository. */
function isShared(step: Story['during'][number]): boolean {
  return step.do === 'git' && step.args[0] === 'stash';
}

function gitIn(cwd: string, { env }: GitTree): GitTree['git'] {
  const author = ['-c', 'user.name=A', '-c', 'user.email=a@b.c'];
  return (...args) =>
    execFileSync('git', [...author, ...args], { cwd, env, encoding: 'utf8', stdio: 'pipe' });
}

export function value<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
