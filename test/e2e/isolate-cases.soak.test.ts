import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';

const GIT = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

/** A project under Git with one file, and an agent that is a shell script. */
function project(rig: Rig, script: string, more = ''): (...args: string[]) => string {
  symlinkSync(GIT, path.join(rig.bin, 'git'));
  const author = ['-c', 'user.name=A', '-c', 'user.email=a@b.c'];
  const git = (...args: string[]) =>
    execFileSync(GIT, [...author, ...args], { cwd: rig.project, env: rig.env, encoding: 'utf8' });
  git('init', '-q');
  rig.write('a.txt', 'one\ntwo\nthree\nfour\nfive\n');
  rig.write(
    'llm-router.yaml',
    `version: 1\nagents: { me: { preferred_tool: editor, access: edit${more} } }\ntools: { editor: { binary: editor, args: [] } }\n`,
  );
  git('add', '-A');
  git('commit', '-qm', '1');
  const file = rig.write(
    path.join(rig.bin, 'editor'),
    `#!/bin/sh\nPATH=/bin:/usr/bin\ncat >/dev/null\necho done\n${script}\n`,
  );
  chmodSync(file, 0o755);
  return git;
}

const EXEC = ['exec', '-a', 'me', '--isolate', '--no-stdin', 'Fix it'];
const state = (rig: Rig) =>
  path.join(rig.env.XDG_STATE_HOME ?? path.join(rig.home, '.local/state'), 'llm-router');
const leftovers = (rig: Rig, git: (...args: string[]) => string) => [
  existsSync(path.join(state(rig), 'isolated')) ? readdirSync(path.join(state(rig), 'isolated')) : [],
  git('worktree', 'list').trim().split('\n').length,
];

describe('exec --isolate', () => {
  it(
    'works on the files as they are in another folder, and brings the change back',
    rigged(async (rig) => {
      const git = project(
        rig,
        `pwd; cat mine.txt; git status --porcelain; mv mine.txt moved.txt; echo five5 >> a.txt; rm sub/gone; ln -s a.txt link; echo x > run; chmod +x run;`,
      );
      rig.write('mine.txt', 'mine\n');
      rig.write('sub/gone', 'x');
      git('add', 'sub');
      const index = git('ls-files', '-s');
      const { code, stdout, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([0, expect.not.stringContaining('error')]);
      const [, folder, mine, ...status] = stdout.trimEnd().split('\n');
      expect(path.dirname(folder ?? '')).toBe(path.join(state(rig), 'isolated'));
      expect([mine, ...status]).toEqual(['mine', 'A  sub/gone', '?? mine.txt']);
      expect(git('status', '--porcelain')).toBe(' M a.txt\nAD sub/gone\n?? link\n?? moved.txt\n?? run\n');
      expect([git('ls-files', '-s'), rig.modeOf('run')]).toEqual([index, 0o755 & ~process.umask()]);
      expect(leftovers(rig, git)).toEqual([[], 1]);
      expect((await rig.run(['undo', '--yes'])).code).toBe(0);
      expect(git('status', '--porcelain')).toBe('A  sub/gone\n?? mine.txt\n');
    }),
  );

  it(
    'merges with what was changed meanwhile, and undo takes only its own part back',
    rigged(async (rig) => {
      const git = project(rig, 'sed -i s/five/5/ a.txt; sed -i s/one/1/ "$USER_FILE"');
      const { code } = await rig.run(EXEC, { env: { USER_FILE: path.join(rig.project, 'a.txt') } });
      expect([code, rig.read('a.txt')]).toEqual([0, '1\ntwo\nthree\nfour\n5\n']);
      expect((await rig.run(['undo', '--yes'])).code).toBe(0);
      expect(rig.read('a.txt')).toBe('1\ntwo\nthree\nfour\nfive\n');
      expect(leftovers(rig, git)).toEqual([[], 1]);
    }),
  );

  it(
    'names the files of a conflict, touches nothing and keeps the change',
    rigged(async (rig) => {
      const git = project(
        rig,
        'sed -i s/one/agent/ a.txt; echo new > new.txt; sed -i s/one/user/ "$USER_FILE"',
      );
      const { code, stderr } = await rig.run([...EXEC, '--keep'], {
        env: { USER_FILE: path.join(rig.project, 'a.txt') },
      });
      const [trace] = rig.traces();
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('conflicts with yours in `a.txt` [conflict]'),
      ]);
      expect(stderr).toContain(`refs/llm-router/${trace?.id}`);
      expect(trace?.failure?.type).toBe('conflict');
      expect(git('status', '--porcelain')).toBe(' M a.txt\n');
      expect(git('show', `llm-router-${trace?.id}:new.txt`)).toBe('new\n');
      expect(leftovers(rig, git)).toEqual([[], 1]);
      const undo = await rig.run(['undo', trace?.id ?? '', '--yes']);
      expect([undo.code, undo.stderr]).toEqual([
        64,
        expect.stringContaining('has changed no files of this work tree'),
      ]);
      expect((await rig.run(['apply', trace?.id ?? ''])).code).toBe(1);
      git('checkout', '-q', 'a.txt');
      const applied = await rig.run(['apply', trace?.id ?? '']);
      expect([applied.code, applied.stdout]).toEqual([0, '+1 -1  a.txt\n+1 -0  new.txt (added)\n']);
      expect(rig.read('a.txt')).toBe('agent\ntwo\nthree\nfour\nfive\n');
      expect((await rig.run(['apply', trace?.id ?? ''])).stderr).toContain('nothing to do');
    }),
  );

  it(
    'leaves the files alone when the agent fails, and keeps what it did',
    rigged(async (rig) => {
      const git = project(rig, 'echo half > half.txt; exit 1', ', isolate: worktree');
      const { code, stderr } = await rig.run(EXEC.filter((word) => word !== '--isolate'));
      const [trace] = rig.traces();
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining(`\`llm-router apply ${trace?.id}\` puts them there`),
      ]);
      expect([git('status', '--porcelain'), leftovers(rig, git)]).toEqual(['', [[], 1]]);
      expect((await rig.run(['apply', trace?.id ?? ''])).code).toBe(0);
      expect(rig.read('half.txt')).toBe('half\n');
    }),
  );

  it(
    'is refused outside of Git, and where nothing may be changed',
    rigged(async (rig) => {
      project(rig, 'echo done');
      const reads = await rig.run([...EXEC, '--access', 'read']);
      expect([reads.code, reads.stderr]).toEqual([
        64,
        expect.stringContaining('changes no files, so it cannot be isolated'),
      ]);
      execFileSync('/bin/rm', ['-r', path.join(rig.project, '.git')]);
      const { code, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([
        64,
        expect.stringMatching(/the run cannot be isolated: .* is not in a Git work tree \[usage\]/),
      ]);
    }),
  );
});
