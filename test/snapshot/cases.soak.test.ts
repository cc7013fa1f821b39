import { chmodSync, existsSync, mkdirSync, renameSync, statSync, symlinkSync, unlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findRepository } from '../../src/git/repository.js';
import { countedChanges } from '../../src/snapshot/changes.js';
import { openScratch } from '../../src/snapshot/scratch.js';
import { readAgain, readWorkTree } from '../../src/snapshot/work-tree.js';
import { filesBelow, inGitTree } from '../rig/git-tree.js';
import { expectBack, value } from './properties.js';

const RULES = { included: [], mostBytes: 1e9 };

describe('a snapshot', () => {
  it('works in a linked work tree, in a sparse checkout, and with a locked index', async () => {
    await inGitTree(async (tree) => {
      for (const file of ['in/f', 'out/f']) tree.write(file, file);
      tree.git('add', '.');
      tree.git('commit', '-qm', '1');
      tree.git('worktree', 'add', '-q', '../linked');
      const root = path.join(tree.root, '../linked');
      const found = value(await findRepository({ cwd: path.join(root, 'in'), env: tree.env }));
      expect(found.root).toBe(root);
      const scratch = value(await openScratch(found));
      value(await readWorkTree(found, { scratch, rules: RULES }));
      tree.git('sparse-checkout', 'set', 'in');
      tree.write('.git/index.lock', '');
      await expectBack(tree, () => {
        tree.write('out/f', 'an edit');
        unlinkSync(path.join(tree.root, 'in/f'));
      });
    });
  });

  it('takes bytes as they are, whatever filters and line ends Git is set to', async () => {
    await inGitTree(async (tree) => {
      tree.git('config', 'filter.lfs.clean', 'touch called; echo pointer');
      tree.git('config', 'filter.lfs.required', 'true');
      tree.write('.gitattributes', '* text=auto\n*.bin filter=lfs\n');
      tree.write('crlf', 'a\r\nb\r\n');
      tree.write('big.bin', 'content');
      tree.git('add', '.');
      tree.git('commit', '-qm', '1');
      expect(tree.git('show', ':crlf')).toBe('a\nb\n');
      unlinkSync(path.join(tree.root, 'called'));
      await expectBack(tree, () => {
        tree.write('crlf', 'a\n');
        unlinkSync(path.join(tree.root, 'big.bin'));
      });
      expect(existsSync(path.join(tree.root, 'called'))).toBe(false);
    });
  });

  it('does not count files as new that a changed ignore rule uncovers', async () => {
    await inGitTree(async (tree) => {
      tree.write('.gitignore', 'kept/\n');
      tree.write('kept/precious', 'x');
      tree.write('venv/.gitignore', '*\n');
      tree.write('venv/precious', 'x');
      await expectBack(tree, () => {
        tree.write('.gitignore', 'new\n');
        tree.write('new', 'hidden by the new rule');
      });
    });
  });

  it('does not write through a link that took the place of a folder', async () => {
    await inGitTree(async (tree) => {
      tree.write('d/f', 'inside');
      const outside = path.join(tree.root, '../outside');
      mkdirSync(outside);
      await expectBack(tree, () => {
        renameSync(path.join(tree.root, 'd'), path.join(outside, 'd'));
        symlinkSync(outside, path.join(tree.root, 'd'));
      });
      expect(filesBelow(outside)).toEqual({ 'd/f': 'file inside' });
    });
  });

  it('brings back the files of a repository inside the work tree, and leaves its own ignored files alone', async () => {
    await inGitTree(async (tree) => {
      tree.write('inner/f', 'one');
      tree.git('init', '-q', 'inner');
      tree.git('-C', 'inner', 'add', 'f');
      tree.git('-C', 'inner', 'commit', '-qm', '1');
      tree.write('inner/loose', 'two');
      tree.write('inner/hidden', 'three');
      tree.write('inner/.git/info/exclude', 'hidden\n');
      await expectBack(tree, () => {
        tree.write('inner/f', 'edited');
        unlinkSync(path.join(tree.root, 'inner/loose'));
        tree.write('inner/new', 'x');
      });
    });
  });

  it('restores a private file for its owner only', async () => {
    await inGitTree(async (tree) => {
      tree.write('.env', 'SECRET');
      const file = path.join(tree.root, '.env');
      chmodSync(file, 0o600);
      await expectBack(tree, () => unlinkSync(file));
      expect(statSync(file).mode & 0o777).toBe(0o600);
    });
  });

  it('restores the permissions of files that Git holds, however they were replaced', async () => {
    await inGitTree(async (tree) => {
      const modes = { key: 0o600, shared: 0o664, 'run.sh': 0o700, plain: 0o644 };
      for (const [file, mode] of Object.entries(modes)) {
        tree.write(file, file);
        chmodSync(path.join(tree.root, file), mode);
      }
      tree.git('add', '.');
      tree.git('commit', '-qm', '1');
      await expectBack(tree, () => {
        for (const file of Object.keys(modes)) {
          tree.write(`${file}.new`, 'an edit');
          renameSync(path.join(tree.root, `${file}.new`), path.join(tree.root, file));
        }
        unlinkSync(path.join(tree.root, 'shared'));
      });
      for (const [file, mode] of Object.entries(modes))
        expect([file, statSync(path.join(tree.root, file)).mode & 0o777]).toEqual([file, mode]);
    });
  });

  it('counts changed lines, and leaves submodules where they are', async () => {
    await inGitTree(async (tree) => {
      tree.write('f', '1\n2\n3\n');
      tree.write('bin', Buffer.from([0, 1, 2]));
      const repository = await tree.repository();
      const scratch = value(await openScratch(repository));
      const before = value(await readWorkTree(repository, { scratch, rules: RULES }));
      tree.write('f', '1\ntwo\n3\n4\n');
      tree.write('bin', Buffer.from([0, 1]));
      const after = value(await readAgain(repository, before, { scratch, rules: RULES }));
      const counted = value(await countedChanges(repository, before.tree, after.tree));
      expect(counted.map(({ path: at, added, removed }) => [at, added, removed])).toEqual([
        ['bin', null, null],
        ['f', 2, 1],
      ]);
    });
  });

  it('has a limit for files that Git does not hold', async () => {
    await inGitTree(async (tree) => {
      tree.write('large', 'x'.repeat(2000));
      const repository = await tree.repository();
      const scratch = value(await openScratch(repository));
      const rules = { included: [], mostBytes: 1000 };
      const { ok, ...rest } = await readWorkTree(repository, { scratch, rules });
      expect([ok, rest]).toEqual([
        false,
        {
          error: {
            kind: 'too_large',
            message: 'files that Git does not hold come to 1 MiB (limit 1 MiB), the largest `large`',
          },
        },
      ]);
    });
  });
});
