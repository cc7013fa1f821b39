import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findRepository } from '../../src/git/repository.js';
import { forgetStates, keepState } from '../../src/snapshot/kept-state.js';
import { readFromKept } from '../../src/snapshot/read-kept.js';
import { openScratch } from '../../src/snapshot/scratch.js';
import { readAgain, readFromIndex, readWorkTree } from '../../src/snapshot/work-tree.js';
import type { WorkTreeState } from '../../src/snapshot/work-tree-state.js';
import { type GitTree, inGitTree } from '../rig/git-tree.js';
import { expectSame, keep, nextTick } from './kept-properties.js';
import { value } from './properties.js';

const RULES = { included: ['*.local'], mostBytes: 1e9 };

/** A tree with some files of every kind. */
async function inKeptTree(test: (tree: GitTree) => Promise<void>): Promise<void> {
  await inGitTree(async (tree) => {
    tree.write('.gitignore', '*.log\nbuild/\n');
    for (const name of ['a', 'b', 'in/c', 'in/deep/d']) tree.write(name, `${name}\n`);
    tree.git('add', '.');
    tree.git('commit', '-qm', '1');
    tree.write('new', 'not added\n');
    tree.write('build/out', 'built\n');
    tree.write('x.log', 'ignored\n');
    tree.write('self/.gitignore', '*\n');
    tree.write('self/hidden', 'ignored by its folder\n');
    await keep(tree, { isOld: true });
    await test(tree);
  });
}

const folderOf = ({ root }: GitTree): string => path.join(root, '.git/llm-router');
const stateOf = (tree: GitTree): string => path.join(folderOf(tree), 'state.json');
const indexOf = (tree: GitTree): string => {
  const name = readdirSync(folderOf(tree)).find((one) => one.startsWith('index-'));
  return path.join(folderOf(tree), name ?? '');
};

/** What a user may do between two runs. */
const CHANGES: Readonly<Record<string, (tree: GitTree) => void>> = {
  'a commit of an edited file': (tree) => {
    tree.write('a', 'edit\n');
    tree.git('commit', '-qam', '2');
  },
  'a new file that is committed': ({ git }) => {
    git('add', 'new');
    git('commit', '-qm', '2');
  },
  'files of the index that leave it': ({ git }) => git('rm', '-q', '--cached', 'a', 'in/c'),
  'a removed file': ({ git }) => git('rm', '-q', 'in/deep/d'),
  'an ignored file that is added': ({ git }) => git('add', '-f', 'x.log', 'build/out'),
  'a file that is added with its name only': (tree) => {
    tree.write('named', 'content\n');
    tree.git('add', '-N', 'named', 'new');
  },
  'a new file in a folder': (tree) => tree.write('in/deep/new', 'x'),
  'a file that has become a folder': (tree) => {
    rmSync(path.join(tree.root, 'a'));
    tree.write('a/b', 'x');
  },
  'other permissions': ({ root }) => chmodSync(path.join(root, 'b'), 0o755),
  'rules that are changed in place': ({ root }) => appendFileSync(path.join(root, '.gitignore'), 'new\n'),
  'rules of an ignored file': ({ root }) => writeFileSync(path.join(root, 'self/.gitignore'), '#\n'),
  'rules outside of the work tree': ({ root }) =>
    appendFileSync(path.join(root, '.git/info/exclude'), 'new\n'),
  'rules of the user': (tree) => tree.write('../home/.config/git/ignore', 'new\n'),
  'a hidden file': (tree) => {
    tree.git('update-index', '--assume-unchanged', 'a');
    tree.write('a', 'edit\n');
  },
  'another checkout': (tree) => {
    tree.git('checkout', '-q', '--orphan', 'other');
    tree.git('rm', '-rqf', 'in');
  },
};

describe('a snapshot from a kept state', () => {
  it.each(Object.entries(CHANGES))('is right after %s', async (_name, change) => {
    await inKeptTree(async (tree) => {
      change(tree);
      expect(await expectSame(tree, { comparesModes: false })).toBe(true);
    });
  });

  it('has every object of its tree after `git gc --prune=now`', async () => {
    await inKeptTree(async (tree) => {
      tree.git('gc', '-q', '--prune=now');
      const repository = await tree.repository();
      const scratch = value(await openScratch(repository));
      const { tree: id } = value(await readWorkTree(repository, { scratch, rules: RULES }));
      expect(tree.git('ls-tree', '-r', '--name-only', id)).toBe('.gitignore\na\nb\nin/c\nin/deep/d\nnew\n');
      expect(tree.git('cat-file', 'blob', `${id}:new`)).toBe('not added\n');
    });
  });

  it.each<[string, (tree: GitTree) => void]>([
    ['a merge that is not finished', (tree) => conflict(tree)],
    ['a nested repository', ({ git }) => git('init', '-q', 'nested')],
    ['a submodule', (tree) => tree.git('submodule', '--quiet', 'add', './', 'sub')],
    ['a damaged index', (tree) => damage(indexOf(tree))],
    ['a damaged state', (tree) => damage(stateOf(tree))],
    [
      'a state that is cut off',
      (tree) => writeFileSync(stateOf(tree), readFileSync(stateOf(tree)).subarray(0, 90)),
    ],
    ['a state of another version', (tree) => edit(stateOf(tree), /^\d+ /, '0 ')],
    ['an index that is gone', (tree) => rmSync(indexOf(tree))],
    ['objects that Git has removed', ({ git }) => git('gc', '-q', '--prune=now')],
    ['other settings', ({ git }) => git('config', 'core.ignoreCase', 'true')],
    ['times that Git does not trust', ({ git }) => git('config', 'core.trustctime', 'false')],
  ])('is not taken with %s', async (_name, change) => {
    await inKeptTree(async (tree) => {
      change(tree);
      expect(await expectSame(tree, { comparesModes: false })).toBe(false);
    });
  });

  it('is not taken where the repository has been moved or copied', async () => {
    await inKeptTree(async (tree) => {
      const moved = path.join(tree.root, '../moved');
      renameSync(tree.root, moved);
      const repository = value(await findRepository({ cwd: moved, env: tree.env }));
      const scratch = value(await openScratch(repository));
      expect(await readFromKept(repository, { scratch, rules: RULES })).toBeNull();
      renameSync(moved, tree.root);
    });
  });

  it('reads nothing again where nothing has changed, and keeps one state', async () => {
    await inGitTree(async (tree) => {
      tree.write('a', 'a');
      tree.git('add', '.');
      tree.git('commit', '-qm', '1');
      await keep(tree, { isOld: true });
      const repository = await tree.repository();
      const place = { scratch: value(await openScratch(repository)), rules: RULES };
      // The first look finds out that the commit has the same tree, and that is kept too.
      await keepState(repository, (await readFromKept(repository, place)) as WorkTreeState);
      const found = await readFromKept(repository, place);
      expect([found?.isKept, found?.tree]).toEqual([true, tree.git('rev-parse', 'HEAD^{tree}').trim()]);
      nextTick(tree);
      tree.write('b', 'b');
      const left = value(await readAgain(repository, value(await readFromIndex(repository, place)), place));
      await keepState(repository, left);
      expect(readdirSync(folderOf(tree)).filter((name) => /^index-|json$/.test(name)).length).toBeLessThan(5);
    });
  });
});

describe('a kept state that is too old', () => {
  it('is removed with the snapshots of its time', async () => {
    await inKeptTree(async (tree) => {
      const repository = await tree.repository();
      const kept = (): string[] => readdirSync(folderOf(tree)).filter((name) => /^index-|json$/.test(name));
      const { now } = Date;
      const dayMs = 24 * 3_600_000;
      Date.now = () => now() + 2 * dayMs;
      try {
        forgetStates(repository, Date.now() - 3 * dayMs);
        expect(kept().length).toBe(2);
        forgetStates(repository, Date.now() - dayMs);
        expect(kept()).toEqual([]);
      } finally {
        Date.now = now;
      }
    });
  });
});

function conflict({ git, root }: GitTree): void {
  const set = (content: string): void => writeFileSync(path.join(root, 'a'), content);
  git('checkout', '-qb', 'other');
  set('other\n');
  git('commit', '-qam', 'other');
  git('checkout', '-q', '-');
  set('mine\n');
  git('commit', '-qam', 'mine');
  try {
    git('merge', '-q', 'other');
  } catch {
    // It has a conflict.
  }
}

/** Another byte in the middle. */
function damage(file: string): void {
  const bytes = readFileSync(file);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  rmSync(file);
  writeFileSync(file, bytes, { mode: 0o600 });
}

function edit(file: string, from: RegExp, to: string): void {
  writeFileSync(file, readFileSync(file, 'utf8').replace(from, to));
}
