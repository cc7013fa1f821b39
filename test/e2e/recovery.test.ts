import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { gitProject, type ProjectGit } from '../rig/git-project.js';
import { type Rig, rigged } from '../rig/rig.js';
import { itInSoak } from '../soak.js';

/** No ignore rules are committed. */
function project(rig: Rig, agents: Record<string, string>, recovery?: string): ProjectGit {
  return gitProject(rig, agents, { recovery, ignoresTraces: false });
}

const EXEC = ['exec', '-a', 'me', '--no-stdin', 'Fix it'];
const EDITS = '/bin/cat >/dev/null; echo bad >> a.txt; echo new > new.txt; echo working; exit 1';

describe('after a failed attempt with access edit, exec', () => {
  it(
    'rolls the files back before the fallback, and says so in the trace',
    rigged(async (rig) => {
      const git = project(rig, { editor: EDITS, good: '/bin/cat a.txt; /bin/ls' }, 'rollback');
      const { code, stdout, stderr } = await rig.run(EXEC);
      expect([code, stdout]).toEqual([0, 'one\ntwo\na.txt\nllm-router.yaml\n']);
      expect(stderr).toContain('rolled back 2 files (`a.txt`, `new.txt`; +2 -0) of editor');
      expect(git('status', '--porcelain')).toBe('');
      const [trace] = rig.traces();
      expect(trace?.attempts[0]?.changes?.recovery).toBe('rolled_back');
      expect(git('show', `${trace?.attempts[0]?.changes?.after}:new.txt`)).toBe('new\n');
    }),
  );

  itInSoak(
    'does not roll back during a merge without a person to ask',
    rigged(async (rig) => {
      const git = project(rig, { editor: EDITS, good: 'echo done' }, 'rollback');
      rig.write('.git/MERGE_HEAD', git('rev-parse', 'HEAD'));
      const { code, stderr } = await rig.run(EXEC);
      expect(code).toBe(75);
      expect(stderr).toContain('which is not rolled back: a merge is in progress [not_restored]');
      expect(rig.read('new.txt')).toBe('new\n');
    }),
  );
});

describe('a run that is ended while its tool works', () => {
  it.each([
    { ended: 'a signal', args: [], code: 130, reason: 'cancelled by SIGINT' },
    {
      ended: '--timeout',
      args: ['--timeout', '1500ms'],
      code: 124,
      reason: 'the run did not finish within 1.5 s',
    },
  ])('by $ended names what the tool had changed, and the way back', async ({ args, code, reason }) => {
    await rigged(async (rig) => {
      project(rig, { editor: 'exit 0' });
      const editor = rig.fake('editor');
      const running = rig.start([...EXEC, ...args]);
      const call = await editor.nextCall();
      rig.write('a.txt', 'one\n');
      if (code === 130) running.kill('SIGINT');
      const { code: ended, stderr } = await running.done;
      await call.gone;
      expect(ended).toBe(code);
      expect(stderr).toContain(`${reason}; \`editor\` had changed 1 file (\`a.txt\`; +0 -1) [`);
      const id = rig.traces()[0]?.id;
      expect(stderr).toContain(`\`llm-router diff ${id}\` shows the changes\n`);
      expect(stderr).toContain(`\`llm-router undo ${id}\` takes them back\n`);
      expect(stderr).not.toContain('--resume');
    })();
  });
});

describe('without a Git work tree, exec', () => {
  it(
    'stops by the output of the tool, and says in the trace that there was no snapshot',
    rigged(async (rig) => {
      project(rig, { editor: EDITS, good: 'echo done' });
      execFileSync('/bin/rm', ['-r', path.join(rig.project, '.git')]);
      const { code, stderr } = await rig.run(EXEC);
      expect([code, stderr]).toEqual([
        1,
        expect.stringContaining('it had started to work with access `edit`'),
      ]);
      expect(rig.traces()[0]?.attempts[0]).toMatchObject({
        changes: null,
        no_snapshot: expect.stringMatching(/is not in a Git work tree$/),
      });
    }),
  );
});

describe('undo and diff', () => {
  it(
    'show and take back what a run changed, and bring it back',
    rigged(async (rig) => {
      const git = project(rig, { editor: EDITS });
      await rig.run(EXEC);
      rig.write('elsewhere.txt', 'a later edit');
      expect(await rig.run(['diff', '--stat'])).toMatchObject({
        code: 0,
        stdout: '+1 -0  a.txt\n+1 -0  new.txt (added)\n',
      });
      expect((await rig.run(['diff'])).stdout).toContain('\n two\n+bad\n');
      const asked = await rig.run(['undo']);
      expect([asked.code, asked.stderr]).toEqual([64, expect.stringContaining('needs `--yes` [usage]')]);
      const dry = await rig.run(['undo', '--dry-run']);
      expect([dry.code, dry.stdout]).toEqual([0, '+0 -1  a.txt\n+0 -1  new.txt (removed)\n']);
      expect(git('status', '--porcelain')).toBe(' M a.txt\n?? elsewhere.txt\n?? new.txt\n');
      const done = await rig.run(['undo', '--yes']);
      expect([done.code, done.stderr]).toEqual([0, expect.stringContaining('took back the changes of')]);
      expect(git('status', '--porcelain')).toBe('?? elsewhere.txt\n');
      const redone = await rig.run(['undo', 'last', '--yes']);
      expect([redone.code, redone.stderr]).toEqual([0, expect.stringContaining('brought back the changes')]);
      expect(git('status', '--porcelain')).toBe(' M a.txt\n?? elsewhere.txt\n?? new.txt\n');
      await rig.run(['undo', '--yes']);
      expect((await rig.run(['apply', 'last'])).stderr).toContain('applied the change of');
      expect(git('status', '--porcelain')).toBe(' M a.txt\n?? elsewhere.txt\n?? new.txt\n');
    }),
  );
});
