import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bringBack } from '../../src/isolation/bring-back.js';
import { inGitTree } from '../rig/git-tree.js';
import { story } from '../snapshot/properties.js';
import { isolatedIn, isolationHolds, value } from './properties.js';

const [FIRST, SECOND] = ['01K9ZQ3V7M8KD01K9ZQ3V7M8KA', '01K9ZQ3V7M8KD01K9ZQ3V7M8KB'];

describe('an isolated work tree', () => {
  it('gives back every byte of every change', async () => {
    await fc.assert(fc.asyncProperty(story, isolationHolds), { numRuns: 1 });
  });

  it('works before the first commit, and beside another one', async () => {
    await inGitTree(async (tree) => {
      tree.write('a', 'one\n');
      const both = await Promise.all([isolatedIn(tree, FIRST), isolatedIn(tree, SECOND)]);
      for (const [at, { linked }] of both.entries()) {
        expect(readFileSync(path.join(linked.root, 'a'), 'utf8')).toBe('one\n');
        writeFileSync(path.join(linked.root, `new-${at}`), '');
      }
      for (const one of both) value(await one.keep());
      const [first, second] = both;
      const brought = await Promise.all([
        bringBack(first?.repository ?? (await tree.repository()), FIRST, 1e9),
        bringBack(second?.repository ?? (await tree.repository()), SECOND, 1e9),
      ]);
      expect(brought.map((one) => value(one).is)).toEqual(['applied', 'applied']);
      for (const one of both) await one.remove();
      expect(readdirSync(tree.root).sort()).toEqual(['.git', 'a', 'new-0', 'new-1']);
      expect(existsSync(path.join(tree.root, '.git/worktrees'))).toBe(true);
      expect(readdirSync(path.join(tree.root, '.git/worktrees'))).toEqual([]);
    });
  });

  it('runs no hook, and leaves submodules and private files as they are', async () => {
    await inGitTree(async (tree) => {
      tree.write('.git/hooks/post-checkout', '#!/bin/sh\ntouch hooked\n');
      tree.write('lib/x', 'x');
      tree.git('-C', 'lib', 'init', '-q');
      tree.git('-C', 'lib', 'add', '-A');
      tree.git('-C', 'lib', 'commit', '-qm', '1');
      tree.git('add', 'lib');
      tree.git('commit', '-qm', '1');
      const one = await isolatedIn(tree, FIRST);
      expect(readdirSync(one.linked.root).sort()).toEqual(['.git', 'lib']);
      writeFileSync(path.join(one.linked.root, 'new'), Buffer.from([0, 255, 10]));
      value(await one.keep());
      value(await bringBack(one.repository, FIRST, 1e9));
      await one.remove();
      expect(readFileSync(path.join(tree.root, 'new'))).toEqual(Buffer.from([0, 255, 10]));
      expect(tree.git('status', '--porcelain')).toBe('?? new\n');
      expect(existsSync(path.join(tree.root, 'hooked'))).toBe(false);
    });
  });

  it('touches nothing where ignored files are in the place of a new one', async () => {
    await inGitTree(async (tree) => {
      tree.write('.gitignore', '*.log\n');
      tree.write('old', 'old\n');
      const one = await isolatedIn(tree, FIRST);
      tree.write('build/x.log', 'mine\n');
      tree.write('gone.log', 'mine\n');
      writeFileSync(path.join(one.linked.root, 'build'), 'a file');
      writeFileSync(path.join(one.linked.root, 'old'), 'new\n');
      value(await one.keep());
      await one.remove();
      expect(value(await bringBack(one.repository, FIRST, 1e9))).toEqual({
        is: 'conflict',
        paths: ['build'],
      });
      expect(readFileSync(path.join(tree.root, 'old'), 'utf8')).toBe('old\n');
    });
  });
});
