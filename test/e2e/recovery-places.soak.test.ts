import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { gitProject, installAgent } from '../rig/git-project.js';
import { type Rig, rigged } from '../rig/rig.js';

const EXEC = ['exec', '-a', 'me', '--no-stdin', 'Fix it'];
const EDITS = 'echo bad >> a.txt; echo new > new.txt; exit 1';
const IS_ROOT = process.getuid?.() === 0;
const asRoot = IS_ROOT ? it : it.skip;

/** Runs with a file system of so many KiB at a path; it is taken away afterwards. */
async function mounted(at: string, options: string, test: () => Promise<void>): Promise<void> {
  mkdirSync(at, { recursive: true });
  execFileSync('/bin/mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', at]);
  try {
    await test();
  } finally {
    execFileSync('/bin/umount', ['-l', at]);
  }
}

describe('where a snapshot cannot be written, exec', () => {
  asRoot(
    'stops after a failure and says so, without space; `undo` and `diff` say it too',
    rigged(async (rig) => {
      gitProject(rig, { editor: EDITS, good: 'echo done' }, { recovery: 'rollback' });
      rig.write('large', 'x'.repeat(600_000) + Math.random());
      const objects = path.join(rig.project, '.git/objects');
      execFileSync('/bin/cp', ['-a', objects, path.join(rig.project, '../objects')]);
      await mounted(objects, 'size=64k', async () => {
        execFileSync('/bin/cp', ['-a', `${path.join(rig.project, '../objects')}/.`, objects]);
        execFileSync('/bin/sh', ['-c', `head -c 100000 /dev/zero > ${objects}/full || true`], {
          stdio: 'ignore',
        });
        const { code, stderr } = await rig.run(EXEC);
        expect([code, stderr]).toEqual([
          1,
          expect.stringMatching(/there is no snapshot of the files \(.*(?:No space left|cannot be)/),
        ]);
        expect(stderr).toContain('no fallback was tried');
        expect(rig.read('new.txt')).toBe('new\n');
        expect((await rig.run(['undo', '--yes'])).code).not.toBe(0);
      });
    }),
  );

  asRoot(
    'stops after a failure and says so, where the repository is read-only',
    rigged(async (rig) => {
      gitProject(rig, { editor: EDITS, good: 'echo done' });
      const git = path.join(rig.project, '.git');
      execFileSync('/bin/mount', ['--bind', git, git]);
      try {
        execFileSync('/bin/mount', ['-o', 'remount,bind,ro', git]);
        const { code, stderr } = await rig.run(EXEC);
        expect([code, stderr]).toEqual([
          1,
          expect.stringMatching(/there is no snapshot of the files \(.*EROFS/),
        ]);
        expect(stderr).toContain('no fallback was tried');
      } finally {
        execFileSync('/bin/umount', ['-l', git]);
      }
    }),
  );

  asRoot(
    'stops in the repository of another user, and names `safe.directory`',
    rigged(async (rig) => {
      gitProject(rig, { editor: EDITS, good: 'echo done' });
      for (const at of ['.', '.git']) chownSync(path.join(rig.project, at), 65_534, 65_534);
      const { code, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('belongs to another user (`safe.directory`)'),
      ]);
      expect(stderr).toContain('no fallback was tried');
      expect(await rig.run(['undo', '--yes'])).toMatchObject({
        stderr: expect.stringContaining('safe.directory'),
      });
      chownSync(path.join(rig.project, '.git'), 0, 0);
      chownSync(rig.project, 0, 0);
    }),
  );

  it(
    'rolls nothing back in a work tree that became read-only, and says so',
    rigged(async (rig) => {
      if (!IS_ROOT) return;
      gitProject(rig, { editor: 'exit 1', good: 'echo done' }, { recovery: 'rollback' });
      mkdirSync(path.join(rig.project, 'd'));
      const d = path.join(rig.project, 'd');
      rig.write('d/f', 'one\n');
      installAgent(
        rig,
        'editor',
        `echo bad >> d/f; mount --bind ${d} ${d}; mount -o remount,bind,ro ${d}; exit 1`,
      );
      try {
        const { code, stderr } = await rig.run(EXEC);
        expect([code, stderr]).toEqual([75, expect.stringMatching(/which is not rolled back: .*EROFS/)]);
      } finally {
        execFileSync('/bin/umount', ['-l', d]);
      }
      expect([rig.read('d/f'), readdirSync(d)]).toEqual(['one\nbad\n', ['f']]);
      expect(await rig.run(['undo', '--yes'])).toMatchObject({ code: 0 });
      expect(rig.read('d/f')).toBe('one\n');
    }),
  );
});

describe('a rollback works', () => {
  asRoot(
    'in a folder that is a file system of its own',
    rigged(async (rig) => {
      gitProject(rig, { editor: 'exit 1', good: 'echo done' }, { recovery: 'rollback' });
      const d = path.join(rig.project, 'd');
      await mounted(d, 'size=1m', async () => {
        rig.write('d/f', 'one\n');
        installAgent(rig, 'editor', 'echo bad >> d/f; ln -s f d/link; exit 1');
        expect(await rig.run(EXEC)).toMatchObject({
          code: 0,
          stderr: expect.stringContaining('rolled back'),
        });
        expect([rig.read('d/f'), readdirSync(d)]).toEqual(['one\n', ['f']]);
      });
    }),
  );

  const backIn = (rig: Rig, git: (...args: string[]) => string, before: string) => async () => {
    const { code, stderr } = await rig.run(EXEC);
    expect([code, stderr]).toEqual([0, expect.stringContaining('rolled back')]);
    expect(git('status', '--porcelain')).toBe(before);
  };

  it(
    'on an unborn branch, with a locked index, and with names that differ in case only',
    rigged(async (rig) => {
      const git = gitProject(rig, { editor: 'exit 1', good: 'echo done' }, { recovery: 'rollback' });
      git('update-ref', '-d', 'HEAD');
      rig.write('.git/index.lock', '');
      installAgent(rig, 'editor', 'mv a.txt A.txt; echo bad >> A.txt; exit 1');
      await backIn(rig, git, git('status', '--porcelain'))();
      expect([rig.read('a.txt'), existsSync(path.join(rig.project, 'A.txt'))]).toEqual(['one\ntwo\n', false]);
      installAgent(rig, 'editor', 'mv a.txt t; mv t A.TXT; exit 1');
      expect(await rig.run(['exec', '-a', 'me', '--tool', 'editor', '--no-stdin', 'x'])).toMatchObject({
        code: 1,
      });
      expect(await rig.run(['undo', '--yes'])).toMatchObject({ code: 0 });
      expect(readdirSync(rig.project).filter((name) => /^a\.txt$/i.test(name))).toEqual(['a.txt']);
    }),
  );

  it(
    'without a call of hooks, of a signer, or of a filter of LFS pointers',
    rigged(async (rig) => {
      const git = gitProject(rig, { editor: EDITS, good: 'echo done' }, { recovery: 'rollback' });
      const called = path.join(rig.project, '../called');
      const script = `#!/bin/sh\n: > ${called}\nexit 1\n`;
      for (const hook of [
        'reference-transaction',
        'post-index-change',
        'pre-commit',
        'post-commit',
        'post-checkout',
      ]) {
        rig.write(`.git/hooks/${hook}`, script);
        chmodSync(path.join(rig.project, '.git/hooks', hook), 0o755);
      }
      chmodSync(rig.write('../bin/signer', script), 0o755);
      rig.write('.gitattributes', '*.bin filter=lfs\n');
      rig.write('big.bin', 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n');
      for (const [key, text] of [
        ['commit.gpgSign', 'true'],
        ['gpg.program', path.join(rig.bin, 'signer')],
        ['filter.lfs.clean', path.join(rig.bin, 'signer')],
        ['filter.lfs.smudge', path.join(rig.bin, 'signer')],
        ['filter.lfs.process', path.join(rig.bin, 'signer')],
        ['filter.lfs.required', 'true'],
        ['core.fsmonitor', path.join(rig.bin, 'signer')],
      ])
        git('config', key ?? '', text ?? '');
      installAgent(rig, 'editor', 'echo x >> big.bin; echo bad >> a.txt; exit 1');
      const pointer = rig.read('big.bin');
      const { code, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([0, expect.stringContaining('rolled back 2 files')]);
      expect([rig.read('big.bin'), rig.read('a.txt')]).toEqual([pointer, 'one\ntwo\n']);
      expect(existsSync(called)).toBe(false);
    }),
  );

  it(
    'in a nested repository, whose files are part of it',
    rigged(async (rig) => {
      const git = gitProject(rig, { editor: 'exit 1', good: 'echo done' }, { recovery: 'rollback' });
      rig.write('inner/f', 'one\n');
      git('-C', 'inner', 'init', '-q');
      git('-C', 'inner', 'add', '.');
      git('-C', 'inner', 'commit', '-qm', '1');
      installAgent(rig, 'editor', 'echo bad >> inner/f; echo x > inner/new; exit 1');
      await backIn(rig, git, git('status', '--porcelain'))();
      expect([rig.read('inner/f'), git('-C', 'inner', 'status', '--porcelain')]).toEqual(['one\n', '']);
    }),
  );

  it(
    'during a merge on a terminal, once it is agreed to',
    rigged(
      async (rig) => {
        const git = gitProject(rig, { editor: EDITS, good: 'echo done' }, { recovery: 'rollback' });
        rig.write('.git/MERGE_HEAD', git('rev-parse', 'HEAD'));
        const command = `llm-router ${EXEC.slice(0, -1).join(' ')} Fix`;
        const asked = (answer: string) =>
          rig.shell(
            `PATH=$PATH:/usr/bin:/bin; (sleep 4; echo ${answer}; sleep 3) | script -qec '${command}' /dev/null`,
          );
        const no = await asked('n');
        expect(no.stdout).toContain('A merge is in progress. Roll back 2 files');
        expect([no.stdout, rig.exists('new.txt')]).toEqual([expect.stringContaining('[not_restored]'), true]);
        expect(await rig.run(['undo', '--yes'])).toMatchObject({ code: 0 });
        const yes = await asked('y');
        expect([yes.stdout, rig.exists('new.txt')]).toEqual([
          expect.stringContaining('rolled back 2 files'),
          false,
        ]);
      },
      { deadlineMs: 60_000 },
    ),
  );

  it(
    'in a sparse checkout of 100,000 files, and leaves what is not checked out alone',
    rigged(
      async (rig) => {
        const git = gitProject(rig, { editor: EDITS, good: 'echo done' }, { recovery: 'rollback' });
        const oid = git('rev-parse', 'HEAD:a.txt').trim();
        const lines = Array.from({ length: 100_000 }, (_, n) => `100644 ${oid}\tout/d${n % 300}/f${n}\n`);
        execFileSync('/usr/bin/git', ['update-index', '--index-info'], {
          cwd: rig.project,
          input: lines.join(''),
        });
        git('sparse-checkout', 'set', '--no-cone', '/*', '!/out');
        git('commit', '-qm', 'many');
        const index = readFileSync(path.join(rig.project, '.git/index'));
        await backIn(rig, git, '')();
        expect(existsSync(path.join(rig.project, 'out'))).toBe(false);
        expect(statSync(path.join(rig.project, '.git/index')).size).toBe(index.length);
      },
      { deadlineMs: 170_000 },
    ),
    180_000,
  );
});

describe('a bare repository', () => {
  it(
    'has no files to keep, which the trace and `undo` say',
    rigged(async (rig) => {
      gitProject(rig, { editor: 'exit 1', good: 'echo done' });
      execFileSync('/bin/sh', ['-c', 'rm -rf .git && /usr/bin/git init -q --bare .'], { cwd: rig.project });
      expect(await rig.run(EXEC)).toMatchObject({ code: 0 });
      expect(rig.traces()[0]?.attempts[0]?.no_snapshot).toBe('the repository is bare, it has no files');
      const undone = await rig.run(['undo', '--yes']);
      expect([undone.code, undone.stderr]).toEqual([66, expect.stringContaining('the repository is bare')]);
    }),
  );
});
