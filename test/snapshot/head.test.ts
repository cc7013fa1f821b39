import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findRepository } from '../../src/git/repository.js';
import { commitIn } from '../../src/snapshot/head.js';
import { type GitTree, inGitTree } from '../rig/git-tree.js';

async function committed(test: (tree: GitTree, id: string) => Promise<void>): Promise<void> {
  await inGitTree(async (tree) => {
    tree.git('commit', '-q', '--allow-empty', '-m', '1');
    await test(tree, tree.git('rev-parse', 'HEAD').trim());
  });
}

describe('the commit that is checked out', () => {
  it('is read from the files of the repository', async () => {
    await inGitTree(async (tree) => expect(commitIn(await tree.repository())).toBe(''));
    await committed(async (tree, id) => {
      const repository = await tree.repository();
      const found = (): string | null => commitIn(repository);
      expect(found()).toBe(id);
      tree.git('checkout', '-qb', 'a/b');
      tree.git('pack-refs', '--all');
      expect(found()).toBe(id);
      tree.git('commit', '-q', '--allow-empty', '-m', '2');
      const next = tree.git('rev-parse', 'HEAD').trim();
      expect(found()).toBe(next);
      tree.git('worktree', 'add', '-q', '../linked', id);
      const linked = await findRepository({ cwd: path.join(tree.root, '../linked'), env: tree.env });
      expect(linked.ok && commitIn(linked.value)).toBe(id);
      tree.git('checkout', '-q', '--orphan', 'new');
      expect(found()).toBe('');
    });
  });

  it('is left to Git where the files do not say it in the plain way', async () => {
    await committed(async (tree, id) => {
      const repository = await tree.repository();
      const set = (name: string, text: string) => writeFileSync(path.join(tree.root, '.git', name), text);
      set('refs/heads/other', 'ref: refs/heads/real\n');
      for (const text of ['ref: refs/heads/other', 'ref: refs/heads/../x', 'ref: refs/bisect/bad', 'x', '']) {
        set('HEAD', `${text}\n`);
        expect(commitIn(repository)).toBeNull();
      }
      const settings = new Map([['extensions.refstorage', 'reftable']]);
      expect(commitIn({ ...repository, settings })).toBeNull();
      set('refs/heads/real', `${id}\n`);
      rmSync(path.join(tree.root, '.git/HEAD'));
      symlinkSync('refs/heads/real', path.join(tree.root, '.git/HEAD'));
      expect(commitIn(repository)).toBe(id);
    });
  });
});
