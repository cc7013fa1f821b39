import { chmodSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { findRepository } from '../../src/git/repository.js';
import { addState, forgetRuns, historyOf, keptRuns, NOTHING_BESIDE } from '../../src/snapshot/history.js';
import { UNKNOWN_PERMISSIONS } from '../../src/snapshot/permissions.js';
import { restore } from '../../src/snapshot/restore.js';
import { openScratch } from '../../src/snapshot/scratch.js';
import { readAgain, readWorkTree } from '../../src/snapshot/work-tree.js';
import { filesBelow, inGitTree } from '../rig/git-tree.js';
import { expectBack, snapshotHolds, story, value } from './properties.js';

const RULES = { included: [], mostBytes: 1e9 };

describe('a snapshot', () => {
  it('brings back every byte of a few random trees', async () => {
    await fc.assert(fc.asyncProperty(story, snapshotHolds), { numRuns: 2 });
  });

  it('works during a merge with conflicts, with both halves of a staged file', async () => {
    await inGitTree(async (tree) => {
      tree.write('f', 'one\n');
      tree.git('add', '.');
      tree.git('commit', '-qm', '1');
      tree.git('checkout', '-qb', 'other');
      tree.write('f', 'two\n');
      tree.git('commit', '-qam', '2');
      tree.git('checkout', '-q', '-');
      tree.write('f', 'three\n');
      tree.git('commit', '-qam', '3');
      expect(() => tree.git('merge', 'other')).toThrow();
      tree.write('half', 'staged\n');
      tree.git('add', 'half');
      tree.write('half', 'not staged\n');
      await expectBack(tree, () => {
        tree.write('f', 'resolved\n');
        tree.write('half', 'gone\n');
      });
    });
  });

  it('is taken although a folder of tracked files cannot be entered', async () => {
    await inGitTree(async (tree) => {
      tree.write('sub/f', 'one\n');
      tree.git('add', '.');
      tree.git('commit', '-qm', '1');
      rmSync(path.join(tree.root, 'sub'), { recursive: true });
      symlinkSync('sub', path.join(tree.root, 'sub'));
      const repository = await tree.repository();
      const scratch = value(await openScratch(repository));
      const { tree: files } = value(await readWorkTree(repository, { scratch, rules: RULES }));
      expect(tree.git('ls-tree', '-r', files)).toMatch(/^120000 blob [\da-f]+\tsub\n$/);
    });
  });

  it('runs no hook and no file system monitor, and does not follow the variables of Git', async () => {
    await inGitTree(async (tree) => {
      tree.git('config', 'core.fsmonitor', '.git/hooks/post-index-change');
      tree.git('config', 'commit.gpgSign', 'true');
      tree.write('f', 'one');
      for (const name of ['post-index-change', 'reference-transaction', 'post-commit', 'pre-commit']) {
        tree.write(`.git/hooks/${name}`, '#!/bin/sh\ntouch "$(dirname "$0")/../called"\n');
        chmodSync(path.join(tree.root, '.git/hooks', name), 0o755);
      }
      const env = { ...tree.env, GIT_DIR: '/nonexistent', GIT_INDEX_FILE: '/nonexistent/index' };
      const repository = value(await findRepository({ cwd: tree.root, env }));
      const scratch = value(await openScratch(repository));
      const { tree: files } = value(await readWorkTree(repository, { scratch, rules: RULES }));
      value(await addState(repository, ID, { tree: files, parent: null, note: NOTE }));
      expect(existsSync(path.join(tree.root, '.git/called'))).toBe(false);
      expect(existsSync(path.join(tree.root, '.git/index'))).toBe(false);
    });
  });

  it('refuses to restore over changes that somebody made since', async () => {
    await inGitTree(async (tree) => {
      for (const file of ['a', 'b']) tree.write(file, '1');
      const repository = await tree.repository();
      const scratch = value(await openScratch(repository));
      const before = value(await readWorkTree(repository, { scratch, rules: RULES }));
      for (const file of ['a', 'b']) tree.write(file, '2');
      const after = value(await readAgain(repository, before, { scratch, rules: RULES }));
      tree.write('b', '3');
      const order = { from: after.tree, to: before.tree };
      expect(await restore(repository, order, scratch)).toEqual({
        ok: false,
        error: { is: 'changed', paths: ['b'] },
      });
      expect(filesBelow(tree.root)).toEqual({ a: 'file 2', b: 'file 3' });
      value(await restore(repository, { ...order, isForced: true }, scratch));
      expect(filesBelow(tree.root)).toEqual({ a: 'file 1', b: 'file 1' });
    });
  });
});

const ID = '01K9ZQ3V7M8KD0000000000000';
const NOTE = {
  ...NOTHING_BESIDE,
  kind: 'before',
  attempt: 1,
  included: ['*.local'],
  permissions: { file: 0o644, executable: 0o755, others: new Map([['.env', 0o600]]) },
  other: null,
  worktree: '',
} as const;

describe('the history of a run', () => {
  it('is one ref, which nobody overwrites, until it is forgotten', async () => {
    await inGitTree(async (tree) => {
      tree.write('f', '1');
      const repository = await tree.repository();
      const scratch = value(await openScratch(repository));
      const state = value(await readWorkTree(repository, { scratch, rules: RULES }));
      const first = value(await addState(repository, ID, { tree: state.tree, parent: null, note: NOTE }));
      const note = { ...NOTE, kind: 'after', permissions: UNKNOWN_PERMISSIONS } as const;
      const second = value(await addState(repository, ID, { tree: state.tree, parent: first.commit, note }));
      expect((await addState(repository, ID, { tree: state.tree, parent: first.commit, note })).ok).toBe(
        false,
      );
      expect(value(await historyOf(repository, ID))).toEqual([first, second]);
      expect(tree.git('log', '-1', '--format=%an <%ae>', `refs/llm-router/${ID}`)).toBe(
        'llm-router <llm-router@localhost>\n',
      );
      expect(value(await keptRuns(repository))).toEqual([ID]);
      expect(value(await forgetRuns(repository, ID))).toBe(0);
      expect(value(await forgetRuns(repository, '01KA'))).toBe(1);
      expect(value(await historyOf(repository, ID))).toEqual([]);
    });
  });
});

describe('without a work tree', () => {
  it.each([
    ['bare', ['init', '-q', '--bare'], 'bare'],
    ['none', ['--version'], 'no_repository'],
  ])('says why: %s', async (_, init, kind) => {
    await inGitTree(async ({ root, env }) => {
      const found = await findRepository({ cwd: root, env });
      expect(found).toMatchObject({ ok: false, error: { kind } });
      const noGit = await findRepository({ cwd: root, env: { PATH: '/nonexistent' } });
      expect(noGit).toMatchObject({ ok: false, error: { kind: 'no_git' } });
    }, init);
  });
});
