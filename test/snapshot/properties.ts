import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { expect } from '@jest/globals';
import fc from 'fast-check';
import type { Result } from '../../src/domain/result.js';
import { restore } from '../../src/snapshot/restore.js';
import { openScratch } from '../../src/snapshot/scratch.js';
import { readAgain, readWorkTree } from '../../src/snapshot/work-tree.js';
import { filesBelow, type GitTree, inGitTree, untouched } from '../rig/git-tree.js';

/** One change of a work tree; what cannot be done is left out. */
export type Edit =
  | { do: 'write'; at: string; content: string }
  | { do: 'chmod'; at: string; mode: number }
  | { do: 'link'; at: string; to: string }
  | { do: 'remove'; at: string }
  | { do: 'move'; at: string; to: string }
  | { do: 'nest'; at: string }
  | { do: 'git'; args: readonly string[] };

const NAMES = [
  'a',
  'B',
  'b',
  'ü',
  'line\nbreak',
  'a b',
  '-x',
  ':(top)',
  '"q"',
  'ignored.log',
  'kept.local',
  'sub',
  'x.bin',
];
const name = fc.constantFrom(...NAMES);
const place = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('/'));
const content = fc.oneof(
  fc.constantFrom('', 'one\ntwo\n', 'one\r\ntwo\r\n', 'no end', '$Id$\n'),
  fc.string({ unit: 'binary', maxLength: 40 }),
);
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), at: place, content }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      at: fc.constant('.gitignore'),
      content: fc.constantFrom('*.log\n', '', '*\n', 'sub\n'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      at: fc.constant('.gitattributes'),
      content: fc.constantFrom('* text=auto\n', '*.bin filter=lfs\n* ident\n', '* text eol=crlf\n'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('chmod' as const),
      at: place,
      mode: fc.constantFrom(0o644, 0o755, 0o600),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('link' as const),
      at: place,
      to: fc.constantFrom('a', '../..', 'nowhere', 'ü'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), at: place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('move' as const), at: place, to: place }) },
);
const gitStep: fc.Arbitrary<Edit> = fc
  .oneof(
    fc.constantFrom(
      ['add', '-A'],
      ['commit', '-q', '-m', 'x', '--allow-empty'],
      ['rm', '-rq', '--cached', '.'],
      ['stash'],
    ),
    place.map((at) => ['add', '--', at]),
    place.map((at) => ['add', '-f', '-N', '--', at]),
    place.map((at) => ['update-index', '--assume-unchanged', at]),
    place.map((at) => ['update-index', '--skip-worktree', at]),
  )
  .map((args) => ({ do: 'git' as const, args }));

const nest: fc.Arbitrary<Edit> = place.map((at) => ({ do: 'nest' as const, at }));

/** A random tree, and what a tool makes of it. */
export const story = fc.record({
  before: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: edit },
      { weight: 2, arbitrary: gitStep },
      { weight: 1, arbitrary: nest },
    ),
    {
      maxLength: 14,
    },
  ),
  during: fc.array(fc.oneof({ weight: 6, arbitrary: edit }, { weight: 1, arbitrary: gitStep }), {
    maxLength: 8,
  }),
});

export type Story = typeof story extends fc.Arbitrary<infer T> ? T : never;

export function apply({ root, git }: Pick<GitTree, 'root' | 'git'>, step: Edit): void {
  try {
    if (step.do === 'git') {
      git(...step.args);
      return;
    }
    const at = path.join(root, step.at);
    if (isBehindLink(root, step.at) || ('to' in step && isBehindLink(root, step.to))) return;
    if (step.do === 'nest') {
      // Through a link it would be made around the tree, where other tests are.
      if (!isLink(at)) git('init', '-q', `./${step.at}`);
    } else if (step.do === 'write') {
      mkdirSync(path.dirname(at), { recursive: true });
      if (isLink(at)) rmSync(at);
      writeFileSync(at, step.content);
    } else if (step.do === 'chmod') {
      if (lstatSync(at).isFile()) chmodSync(at, step.mode);
    } else if (step.do === 'link') symlinkSync(step.to, at);
    else if (step.do === 'remove') rmSync(at, { recursive: true });
    else renameSync(at, path.join(root, step.to));
  } catch {
    // It does not fit this tree.
  }
}

function isBehindLink(root: string, at: string): boolean {
  const parts = at.split('/').slice(0, -1);
  return parts.some((_, n) => isLink(path.join(root, ...parts.slice(0, n + 1))));
}

function isLink(place: string): boolean {
  return lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true;
}

const RULES = { included: ['*.local'], mostBytes: 1e9 };

/** Takes a snapshot, changes the tree, restores the snapshot, and compares every byte; a second restore brings the changes back. */
export async function snapshotHolds({ before, during }: Story): Promise<void> {
  await inGitTree(async (tree) => {
    tree.write('.gitignore', '*.log\n*.local\n');
    for (const step of before) apply(tree, step);
    const repository = await tree.repository();
    const files = filesBelow(tree.root);
    const kept = untouched(tree);
    const scratch = value(await openScratch(repository));
    const first = value(await readWorkTree(repository, { scratch, rules: RULES }));
    expect(filesBelow(tree.root)).toEqual(files);
    expect(untouched(tree)).toEqual(kept);
    for (const step of during) apply(tree, step);
    const changed = filesBelow(tree.root);
    const keptThen = untouched(tree);
    const second = value(await readAgain(repository, first, { scratch, rules: RULES }));
    const back = await restore(repository, { from: second.tree, to: first.tree }, scratch);
    if (!back.ok && back.error.is === 'trouble' && /has become a folder/.test(back.error.trouble.message))
      return;
    value(back);
    expectRestored(tree, { files, changed, kept: namesIn(tree, first.tree) });
    expect(untouched(tree)).toEqual(keptThen);
    const third = value(await readAgain(repository, first, { scratch, rules: RULES }));
    expect(third.tree).toBe(first.tree);
    value(await restore(repository, { from: first.tree, to: second.tree }, scratch));
    expect(filesBelow(tree.root)).toEqual(changed);
    await scratch.remove();
  });
}

/** What was part of the snapshot is as it was, ignored files are as the changes left them, and new files are gone unless they are ignored. */
function expectRestored(
  tree: GitTree,
  by: Record<'files' | 'changed', Record<string, string>> & { kept: ReadonlySet<string> },
): void {
  const now = filesBelow(tree.root);
  const wanted = (at: string) => (by.kept.has(at) ? by.files[at] : by.changed[at]);
  const known = [...Object.keys(by.files), ...by.kept];
  expect(known.map((at) => [at, now[at]])).toEqual(known.map((at) => [at, wanted(at)]));
  // Rules that ignore their own file are not part of it, so that they may still differ.
  if (!by.kept.has('.gitignore')) return;
  const added = Object.keys(now).filter((at) => !known.includes(at));
  expect(added.filter((at) => !isIgnored(tree, at) && !isInEmptyRepository(tree, at, by.kept))).toEqual([]);
}

/** In a repository that had no files yet nothing is seen. */
function isInEmptyRepository({ root }: GitTree, at: string, kept: ReadonlySet<string>): boolean {
  const parts = Buffer.from(at, 'latin1').toString().split('/').slice(0, -1);
  return parts.some((_, n) => {
    const folder = parts.slice(0, n + 1).join('/');
    const isRepository = existsSync(path.join(root, folder, '.git'));
    const prefix = `${Buffer.from(folder).toString('latin1')}/`;
    return isRepository && ![...kept].some((name) => name.startsWith(prefix));
  });
}

export function namesIn({ git }: Pick<GitTree, 'git'>, commit: string): Set<string> {
  return new Set(
    git('ls-tree', '-r', '-z', '--name-only', commit)
      .split('\0')
      .filter((at) => at !== '')
      .map((at) => Buffer.from(at).toString('latin1')),
  );
}

export function isIgnored({ git }: Pick<GitTree, 'git'>, at: string): boolean {
  try {
    git('check-ignore', '-q', '--no-index', `./${Buffer.from(at, 'latin1').toString()}`);
    return true;
  } catch {
    return false;
  }
}

const PLAIN = { included: [], mostBytes: 1e9 };

/** Snapshot, change, restore: the files must be as before. */
export async function expectBack(tree: GitTree, change: () => void): Promise<void> {
  const [files, kept] = [filesBelow(tree.root), untouched(tree)];
  const repository = await tree.repository();
  const scratch = value(await openScratch(repository));
  const before = value(await readWorkTree(repository, { scratch, rules: PLAIN }));
  change();
  const after = value(await readAgain(repository, before, { scratch, rules: PLAIN }));
  expect(after.tree).not.toBe(before.tree);
  const { permissions } = before;
  value(await restore(repository, { from: after.tree, to: before.tree, permissions }, scratch));
  expect(filesBelow(tree.root)).toEqual(files);
  expect(untouched(tree)).toEqual(kept);
  await scratch.remove();
}

export function value<T, E>(result: Result<T, E>): T {
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value;
}
