import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { gitProject, type ProjectGit } from '../rig/git-project.js';
import { type Rig, rigged } from '../rig/rig.js';

/** No ignore rules are committed. */
function project(rig: Rig, agents: Record<string, string>, recovery?: string): ProjectGit {
  return gitProject(rig, agents, { recovery, ignoresTraces: false });
}

const EXEC = ['exec', '-a', 'me', '--no-stdin', 'Fix it'];
const EDITS = '/bin/cat >/dev/null; echo bad >> a.txt; echo new > new.txt; echo working; exit 1';

describe('after a failed attempt with access edit, exec', () => {
  it(
    'stops with what was changed, and tries the fallback where nothing was',
    rigged(async (rig) => {
      const git = project(rig, {
        idle: 'echo thinking; exit 1',
        editor: EDITS,
        good: 'echo done',
      });
      const { code, stderr } = await rig.run(EXEC);
      expect(code).toBe(1);
      expect(stderr).toContain('idle failed (provider_error: `idle` exited with 1), trying fallback: editor');
      expect(stderr).toContain(
        'it had changed 2 files (`a.txt`, `new.txt`; +2 -0), so no fallback was tried [provider_error]',
      );
      const [trace] = rig.traces();
      expect(stderr).toContain(`\`llm-router undo ${trace?.id}\` takes them back`);
      expect(stderr).toContain('`recovery.after_failure` of the policy (`rollback`, `hand_over`)');
      expect(trace?.attempts.map(({ changes }) => [changes?.count, changes?.recovery])).toEqual([
        [0, null],
        [2, 'left'],
      ]);
      expect(trace?.attempts[1]?.changes?.files).toEqual([
        { path: 'a.txt', status: 'changed', lines_added: 1, lines_removed: 0 },
        { path: 'new.txt', status: 'added', lines_added: 1, lines_removed: 0 },
      ]);
      expect(git('status', '--porcelain')).toBe(' M a.txt\n?? new.txt\n');
    }),
  );

  it(
    'hands the changes over to the fallback',
    rigged(async (rig) => {
      project(rig, { editor: EDITS, good: '/bin/cat' }, 'hand_over');
      const { code, stdout } = await rig.run(EXEC);
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Another agent \(editor\) has begun the task below.*`editor` exited with 1/);
      expect(stdout).toContain('\n+bad\n');
      expect(stdout).toMatch(/The task:\n\nFix it\n$/);
      expect(readFileSync(path.join(rig.project, 'new.txt'), 'utf8')).toBe('new\n');
    }),
  );

  it(
    'rolls back no trace and no ignored file, although `.gitignore` is not committed',
    rigged(async (rig) => {
      const script = '/bin/cat >/dev/null; echo bad >> a.txt; echo made > made.log; exit 1';
      const git = project(rig, { editor: script, good: 'echo done' }, 'rollback');
      rig.write('.gitignore', '*.log\n');
      const { code, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([0, expect.stringContaining('rolled back 1 file (`a.txt`; +1 -0)')]);
      expect([rig.read('made.log'), git('status', '--porcelain')]).toEqual(['made\n', '?? .gitignore\n']);
    }),
  );

  it(
    'rolls back no trace where the agent adds ignore rules',
    rigged(async (rig) => {
      const script = '/bin/cat >/dev/null; echo x > .gitignore; echo made > x; exit 1';
      const git = project(rig, { editor: script, good: 'echo done' }, 'rollback');
      const { stderr } = await rig.run(EXEC);
      expect(stderr).toContain('rolled back 2 files (`.gitignore`, `x`; +2 -0)');
      expect(git('status', '--porcelain')).toBe('');
      expect(rig.traces()).toHaveLength(1);
    }),
  );
});

describe('undo and diff', () => {
  it(
    'say where there is nothing to undo',
    rigged(async (rig) => {
      const none = await rig.run(['undo', '--yes']);
      expect(none.code).toBe(66);
      project(rig, { idle: 'echo done' });
      await rig.run(EXEC);
      const { code, stderr } = await rig.run(['undo', '--yes']);
      expect([code, stderr]).toEqual([
        64,
        expect.stringContaining('no run has changed files of this work tree'),
      ]);
    }),
  );
});
