import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { filesBelow } from '../rig/git-tree.js';
import { type Rig, rigged } from '../rig/rig.js';

const GIT = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
const FILES = 150;

/** A work tree with many files, and an agent that changes all of them, adds as many, and fails. */
function project(rig: Rig): () => unknown {
  symlinkSync(GIT, path.join(rig.bin, 'git'));
  const git = (...args: string[]) =>
    execFileSync(GIT, ['-c', 'user.name=A', '-c', 'user.email=a@b.c', ...args], {
      cwd: rig.project,
      env: rig.env,
      encoding: 'utf8',
    });
  git('init', '-q');
  for (let n = 0; n < FILES; n++) rig.write(`d${n % 7}/f${n}`, `${n}\n`.repeat(50));
  rig.write('.gitignore', '.llm-router\n');
  rig.write(
    'llm-router.yaml',
    `version: 1
agents: { me: { preferred_tool: editor, access: edit } }
tools: { editor: { binary: editor, args: [] } }
policies: { default: { recovery: { after_failure: rollback } } }
`,
  );
  git('add', '-A');
  git('commit', '-qm', '1');
  rig.write('staged', 'x');
  git('add', 'staged');
  const script = `#!/bin/sh
for file in d*/f*; do echo changed >> $file; echo new > $file.new; done
: > '${rig.home}/edited'
exit 1
`;
  chmodSync(rig.write(path.join(rig.bin, 'editor'), script), 0o755);
  const index = () => execFileSync('/bin/cat', [path.join(rig.project, '.git/index')]).toString('base64');
  return () => ({ index: index(), head: git('rev-parse', 'HEAD'), files: filesOf(rig) });
}

function filesOf({ project: root }: Rig): Record<string, string> {
  const files = Object.entries(filesBelow(root));
  return Object.fromEntries(files.filter(([at]) => !at.startsWith('.llm-router/')));
}

const EXEC = ['exec', '-a', 'me', '--no-stdin', 'Edit'];

async function until(done: () => boolean): Promise<void> {
  while (!done()) await wait(2);
}

describe('a router that is killed', () => {
  it.each([0, 10, 20, 35, 50, 70, 100, 140, 200, 300])(
    'while it recovers, %d ms after the edit, loses nothing',
    (delayMs) =>
      rigged(async (rig) => {
        const state = project(rig);
        const before = state();
        const running = rig.start(EXEC);
        await until(() => existsSync(path.join(rig.home, 'edited')));
        await wait(delayMs);
        running.kill('SIGKILL');
        await running.done;
        await wait(300);
        const undone = await rig.spawn(['undo', '--yes']);
        expect([undone.stderr, undone.code]).toEqual([expect.not.stringContaining('error'), 0]);
        expect(state()).toEqual(before);
        const status = execFileSync(GIT, ['status', '--porcelain'], { cwd: rig.project, encoding: 'utf8' });
        expect(status).toBe('A  staged\n');
        execFileSync('/bin/rm', ['-rf', rig.tmp]);
        execFileSync('/bin/mkdir', [rig.tmp]);
      })(),
    60_000,
  );
});

describe('an undo that is killed', () => {
  it('can be given again, and leaves the files as the run left them or as they were', async () => {
    await rigged(
      async (rig) => {
        const state = project(rig);
        const before = filesOf(rig);
        const stop = { ...rig.env, LLM_ROUTER_TRUST: '1' };
        rig.write('llm-router.yaml', rig.read('llm-router.yaml').replace('rollback', 'stop'));
        const start = filesOf(rig);
        await rig.spawn(EXEC, { env: stop });
        const left = filesOf(rig);
        expect(Object.keys(left).length).toBeGreaterThan(Object.keys(before).length);
        for (const delayMs of [60, 90, 120, 140, 160, 180, 200, 230, 260, 300]) {
          const running = rig.start(['undo', '--yes']);
          await wait(delayMs);
          running.kill('SIGKILL');
          await running.done;
          await wait(200);
          expect((await rig.spawn(['undo', '--yes'])).code).toBe(0);
          expect([start, left]).toContainEqual(filesOf(rig));
        }
        expect(state()).toBeDefined();
      },
      { deadlineMs: 100_000 },
    )();
  }, 120_000);
});
