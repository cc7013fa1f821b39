import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { IsolatedTree } from '../../src/isolation/isolated-tree.js';
import { type GitTree, inGitTree } from '../rig/git-tree.js';
import { itInSoak } from '../soak.js';
import { isolatedIn } from './properties.js';

/** What `git worktree add` of another process has written so far. */
function writeUnfinishedEntry({ root }: GitTree): string {
  const entry = path.join(root, '.git/worktrees/other');
  mkdirSync(entry, { recursive: true });
  writeFileSync(path.join(entry, 'locked'), 'initializing');
  writeFileSync(path.join(entry, 'gitdir'), `${path.dirname(root)}/other/.git\n`);
  writeFileSync(path.join(entry, 'HEAD'), `${'0'.repeat(40)}\n`);
  writeFileSync(path.join(entry, 'commondir'), '');
  return entry;
}

/** The tree with a `git` first in PATH that writes the rest of the entry after it has failed three times. */
function withLateWriter(tree: GitTree, entry: string): GitTree {
  const bin = path.join(path.dirname(tree.root), 'bin');
  mkdirSync(bin);
  const script = `#!/bin/sh
PATH='${tree.env.PATH}'
git "$@" && exit
code=$?
echo >> '${bin}/failed'
[ "$(wc -l < '${bin}/failed')" -lt 3 ] || echo ../.. > '${entry}/commondir'
exit $code
`;
  writeFileSync(path.join(bin, 'git'), script);
  chmodSync(path.join(bin, 'git'), 0o755);
  return { ...tree, env: { ...tree.env, PATH: `${bin}:${tree.env.PATH}` } };
}

it('is made although another process is at making one', async () => {
  await inGitTree(async (tree) => {
    tree.write('a', 'one\n');
    tree.git('add', '-A');
    tree.git('commit', '-qm', '1');
    const isolated = await isolatedIn(withLateWriter(tree, writeUnfinishedEntry(tree)));
    expect(readdirSync(isolated.linked.root).sort()).toEqual(['.git', 'a']);
    await isolated.remove();
  });
});

itInSoak('says which entry of a killed process is in the way', async () => {
  await inGitTree(async (tree) => {
    tree.write('a', 'one\n');
    tree.git('add', '-A');
    tree.git('commit', '-qm', '1');
    writeUnfinishedEntry(tree);
    const dir = path.join(path.dirname(tree.root), 'isolated');
    const rules = { included: [], mostBytes: 1e9 };
    const opened = await IsolatedTree.open({
      id: '01K9ZQ3V7M8KD01K9ZQ3V7M8KD',
      dir,
      cwd: tree.root,
      place: { env: tree.env },
      rules,
    });
    const message = 'the work tree cannot be made: failed to read .git/worktrees/other/commondir: Success';
    expect(opened).toEqual({ ok: false, error: { kind: 'moving', message } });
    expect(existsSync(path.join(dir, '01K9ZQ3V7M8KD01K9ZQ3V7M8KD'))).toBe(false);
  });
});
