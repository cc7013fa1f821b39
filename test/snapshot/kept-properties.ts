import { lstatSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import { systemPath } from '../../src/git/names.js';
import { keepState } from '../../src/snapshot/kept-state.js';
import { permissionsIn } from '../../src/snapshot/permissions.js';
import { readFromKept } from '../../src/snapshot/read-kept.js';
import { openScratch } from '../../src/snapshot/scratch.js';
import { readAgain, readFromIndex } from '../../src/snapshot/work-tree.js';
import type { WorkTreeState } from '../../src/snapshot/work-tree-state.js';
import { type GitTree, inGitTree } from '../rig/git-tree.js';
import { apply, type Edit, story, value } from './properties.js';

/** What a run found and its tool made of it, what the user has made of that, and what the tool of the next run makes. */
export const keptStory = fc.tuple(story, story, fc.boolean());

type KeptStory = typeof keptStory extends fc.Arbitrary<infer T> ? T : never;

const RULES = { included: ['*.local'], mostBytes: 1e9 };

/** A state that is read from a kept one is the same as one that is read from the user's index. */
export async function keptHolds([first, second, isOld]: KeptStory): Promise<void> {
  await inGitTree(async (tree) => {
    tree.write('.gitignore', '*.log\n*.local\n');
    // What changes during a run cannot be old.
    for (const step of isOld ? [...first.before, ...first.during] : first.before) apply(tree, step);
    await keep(tree, { isOld, during: isOld ? [] : first.during });
    for (const steps of [second.before, second.during, []]) {
      for (const step of steps) apply(tree, step);
      await expectSame(tree, { comparesModes: !isOld });
    }
  });
}

/**
 * Keeps the state that a run leaves. With `isOld` its clock is an hour ahead, so that all files and folders count as unchanged for long and
 * the listing is kept too.
 */
export async function keep(
  tree: GitTree,
  { isOld, during = [] }: { isOld: boolean; during?: readonly Edit[] },
): Promise<void> {
  const repository = await tree.repository();
  const scratch = value(await openScratch(repository));
  const place = { scratch, rules: RULES };
  const { now } = Date;
  if (isOld) Date.now = () => now() + 3_600_000;
  try {
    const found = value(await readFromIndex(repository, place));
    for (const step of during) apply(tree, step);
    const left = value(await readAgain(repository, found, place));
    Date.now = now;
    await keepState(repository, left);
  } finally {
    Date.now = now;
    await scratch.remove();
  }
  nextTick(tree);
}

/** Reads the tree from the kept state, where that can be used, and from the index, and keeps it once more. */
export async function expectSame(
  tree: GitTree,
  { comparesModes }: { comparesModes: boolean },
): Promise<boolean> {
  const repository = await tree.repository();
  const scratch = value(await openScratch(repository));
  const place = { scratch, rules: RULES };
  const state = await readFromKept(repository, place);
  if (state === null) return false;
  const whole = value(await readFromIndex(repository, place));
  expect(whole.tree === state.tree ? '' : tree.git('diff-tree', '-r', state.tree, whole.tree)).toBe('');
  expect([...state.ignored].sort()).toEqual([...whole.ignored].sort());
  expect(state.unkept).toEqual(whole.unkept);
  if (comparesModes) expectModes(tree, state);
  const again = value(await readAgain(repository, state, place));
  expect(again.tree).toBe(whole.tree);
  await keepState(repository, again);
  await scratch.remove();
  nextTick(tree);
  return true;
}

function expectModes({ root, git }: GitTree, { tree, permissions }: WorkTreeState): void {
  const files = git('ls-tree', '-r', '-z', tree)
    .split('\0')
    .filter((line) => line.startsWith('100'))
    .map((line) => ({
      mode: line.slice(0, 6),
      at: Buffer.from(line.slice(line.indexOf('\t') + 1)).toString('latin1'),
    }));
  const onDisk = ({ at }: { at: string }): number => lstatSync(systemPath(root, at)).mode & 0o777;
  expect(files.map((file) => [file.at, permissionsIn(permissions, file.at, file.mode)])).toEqual(
    files.map((file) => [file.at, onDisk(file)]),
  );
}

/** Until the file system gives new times, so that a change of a folder can be seen. */
export function nextTick({ root }: GitTree): void {
  const probe = path.join(root, '../probe');
  const time = (): bigint => {
    writeFileSync(probe, '');
    utimesSync(probe, 0, 0);
    return lstatSync(probe, { bigint: true }).ctimeNs;
  };
  for (const first = time(); time() === first; );
}
