import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runBuilt } from '../rig/built.js';
import { limitedAgent } from '../rig/limited-agent.js';
import { type Rig, rigged } from '../rig/rig.js';

const GIT = execFileSync('/bin/sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
const REQUEST = ['-a', 'me', '--no-stdin', '--patience', '2h', 'Fix it'];
const CONTINUED = ': Fix it\n--resume s-1: Continue where you stopped.\n';

/** Puts the project under Git, so that the files decide whether an attempt has done anything. */
function commit(rig: Rig): void {
  symlinkSync(GIT, path.join(rig.bin, 'git'));
  const git = (...args: string[]) => execFileSync(GIT, args, { cwd: rig.project, env: rig.env });
  git('init', '-q');
  git('add', '-A');
  git('-c', 'user.name=A', '-c', 'user.email=a@b.c', 'commit', '-qm', '1');
}

describe('the wait for the reset of a limit', () => {
  it(
    'left with Ctrl-C ends with 130, names what was changed and how to continue, which works',
    rigged(async (rig) => {
      limitedAgent(rig, { again: '1h', chain: 'other' });
      commit(rig);
      const running = rig.start(['exec', ...REQUEST]);
      await running.waitFor('continuing its session in');
      running.kill('SIGINT');
      const { code, stderr } = await running.done;
      expect(code).toBe(130);
      expect(stderr).toMatch(
        /cancelled by SIGINT; `worker` had changed 1 file \(`made.txt`; \+1 -0\) \[cancelled\]/,
      );
      const [, way = ''] =
        /after .*, `llm-router (exec --resume .*)` continues its session\n/.exec(stderr) ?? [];
      await rig.run(['doctor', '--clear-cooldowns']);
      expect(await rig.run([...way.split(' '), '--no-stdin'])).toMatchObject({
        code: 0,
        stdout: 'finished\n',
      });
      expect([rig.read('../calls'), rig.read('made.txt')]).toEqual([CONTINUED, 'one\ntwo\n']);
    }),
  );

  it(
    'leaves a session to continue also when the router is killed, and not while it waits',
    rigged(async (rig) => {
      limitedAgent(rig, { again: '1h' });
      commit(rig);
      const running = rig.start(['exec', ...REQUEST]);
      await running.waitFor('continuing its session in');
      const early = await rig.run(['exec', '--resume', rig.traces()[0]?.id ?? '', '-a', 'me', '--no-stdin']);
      expect([early.code, early.stderr]).toEqual([64, expect.stringContaining('is still running [usage]')]);
      running.kill('SIGKILL');
      await running.done;
      await rig.run(['doctor', '--clear-cooldowns']);
      expect(await rig.run(['exec', '--resume', 'last', '-a', 'me', '--no-stdin'])).toMatchObject({
        code: 0,
        stdout: 'finished\n',
      });
      const [resumed] = rig.traces();
      expect([rig.read('../calls'), resumed?.cost?.list_usd]).toEqual([CONTINUED, 0.02]);
    }),
  );

  it(
    'ends once the wall clock has passed it, as after a suspend',
    rigged(async (rig) => {
      limitedAgent(rig, { again: '1h' });
      let calledMs: number | null = null;
      const now = (): number => {
        if (calledMs === null && rig.exists('../calls')) calledMs = performance.now();
        const isLater = calledMs !== null && performance.now() - calledMs > 5000;
        return Date.now() + (isLater ? 3_600_000 : 0);
      };
      const clock = { now, monotonic: () => performance.now() };
      const { code, stderr } = await runBuilt(['exec', ...REQUEST], {
        cwd: rig.project,
        env: rig.env,
        clock,
      });
      expect([code, rig.read('../calls')]).toEqual([0, CONTINUED]);
      expect(stderr).toMatch(/continuing its session in (?:1h 00m|59m \d\ds) \(/);
    }),
  );

  it(
    'is made by a detached run whose terminal is gone',
    rigged(async (rig) => {
      limitedAgent(rig, { again: '3s' });
      commit(rig);
      const started = await rig.shell(`llm-router exec --detach ${REQUEST.slice(0, -1).join(' ')} 'Fix it'`);
      const waited = await rig.spawn(['jobs', 'wait', started.stdout.trim()]);
      expect(waited).toMatchObject({ code: 0, stdout: expect.stringContaining('finished') });
      expect([rig.read('../calls'), rig.read('made.txt')]).toEqual([CONTINUED, 'one\ntwo\n']);
    }),
  );

  it(
    'is repeated for a limit that is reached again, within max_attempts, and tells the changes of all of them',
    rigged(async (rig) => {
      limitedAgent(rig, { again: '100ms' });
      rig.write('../bin/worker', readLimited(rig));
      commit(rig);
      const { code, stderr } = await rig.run(['exec', ...REQUEST, '--retries', '2']);
      expect([code, rig.read('../calls').split('\n').length]).toEqual([75, 4]);
      expect(stderr).toContain('it had changed 1 file (`made.txt`; +1 -0)');
      expect(rig.traces()[0]?.attempts.map(({ continues }) => continues)).toEqual([null, 1, 2]);
    }),
  );

  it(
    'starts over where the policy has rolled the files back',
    rigged(async (rig) => {
      const does =
        'if [ -e ../calls.1 ]; then echo \'{"text":"done"}\'; exit 0; fi; : > ../calls.1; echo one > made.txt';
      limitedAgent(rig, { again: '100ms', does, policy: 'recovery: { after_failure: rollback }' });
      commit(rig);
      const { code, stdout } = await rig.run(['exec', ...REQUEST]);
      expect([code, stdout, rig.read('../calls')]).toEqual([0, 'done\n', ': Fix it\n: Fix it\n']);
      expect(rig.exists('made.txt')).toBe(false);
    }),
  );
});

describe('the session of a run that is ended in the middle of its work', () => {
  it(
    'is named as the one to continue',
    rigged(async (rig) => {
      limitedAgent(rig, { again: '1h' });
      const finishes = rig.read('../bin/worker');
      rig.write('my router.yaml', rig.read('llm-router.yaml'));
      commit(rig);
      const worker = rig.fake('worker');
      const running = rig.start(['exec', '--config', 'my router.yaml', ...REQUEST]);
      const call = await worker.nextCall();
      call.stdout('{"session":"s-1"}\n');
      // It answers this only after the line above is written.
      await call.ignore('SIGUSR2');
      running.kill('SIGINT');
      const { code, stderr } = await running.done;
      await call.gone;
      const [, way = ''] = /hint: `(llm-router exec --config .*)` continues its session\n/.exec(stderr) ?? [];
      rig.write('../bin/worker', finishes);
      expect(await rig.shell(`${way} --no-stdin`)).toMatchObject({
        code: 0,
        stdout: 'finished\n',
      });
      expect([code, rig.read('../calls')]).toEqual([130, '--resume s-1: Continue where you stopped.\n']);
    }),
  );
});

/** The agent, but at its limit also when its session is continued. */
function readLimited(rig: Rig): string {
  return rig.read('../bin/worker').replace('= --resume ]', '= never ]');
}
