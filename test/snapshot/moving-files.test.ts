import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from '@jest/globals';
import { findRepository } from '../../src/git/repository.js';
import { openScratch } from '../../src/snapshot/scratch.js';
import { readWorkTree } from '../../src/snapshot/work-tree.js';
import { inGitTree } from '../rig/git-tree.js';
import { namesIn, value } from './properties.js';

it('a snapshot leaves out a file that another program removes while it is read', async () => {
  await inGitTree(async (tree) => {
    tree.write('kept', '1');
    tree.write('gone', '2');
    const bin = path.join(path.dirname(tree.root), 'bin');
    mkdirSync(bin);
    // Git lists the files, and one of them goes before it reads them.
    const script = `#!/bin/sh
PATH='${tree.env.PATH}'
case " $* " in *' hash-object '*) rm -f '${tree.root}/gone' ;; esac
exec git "$@"
`;
    writeFileSync(path.join(bin, 'git'), script);
    chmodSync(path.join(bin, 'git'), 0o755);
    const env = { ...tree.env, PATH: `${bin}:${tree.env.PATH}` };
    const repository = value(await findRepository({ cwd: tree.root, env }));
    const scratch = value(await openScratch(repository));
    const rules = { included: [], mostBytes: 1e9 };
    const state = value(await readWorkTree(repository, { scratch, rules }));
    expect([...namesIn(tree, state.tree)]).toEqual(['kept']);
    await scratch.remove();
  });
});
