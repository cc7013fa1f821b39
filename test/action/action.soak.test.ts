import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { TEAM } from '../e2e/configs.js';
import { rigged } from '../rig/rig.js';
import { executable, runAction } from './steps.js';

describe('the action for GitHub', () => {
  it(
    'keeps GitHub from acting on what a tool prints',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      rig.script('claude', [{ stderr: '::error::from the tool\n', exit: 1 }]);
      const { stdout } = await runAction(rig, {
        executable: executable(rig),
        prompt: 'hi',
        arguments: '-v\n--no-fallback\n--retries\n0',
      });
      const [, token = ''] = /^::stop-commands::(\S+)$/m.exec(stdout) ?? [];
      const [, ignored = ''] = stdout.split(`::stop-commands::${token}\n`);
      expect(ignored.split(`::${token}::\n`)[0]).toContain('from the tool');
    }),
  );

  it(
    'annotates that the program it is to use is not there, or cannot be started',
    rigged(async (rig) => {
      const none = await runAction(rig, { executable: 'nope', prompt: 'hi' });
      expect(none).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(/^::error .*nope, which does not/m),
      });
      const text = rig.write('text', 'no program');
      for (const command of ['exec', 'validate']) {
        const { stdout } = await runAction(rig, { executable: text, prompt: 'hi', command });
        const [, token = ''] = /^::stop-commands::(\S+)$/m.exec(stdout) ?? [];
        const heard = stdout.slice(token === '' ? 0 : stdout.lastIndexOf(`::${token}::`));
        expect(heard).toMatch(/^::error title=llm-router::cannot start /m);
      }
    }),
  );

  it(
    'reports a failed run and fails with its exit code',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      const given = {
        executable: executable(rig),
        agent: 'backend-dev',
        prompt: 'hi',
        'max-cost': '0.0000001',
      };
      const run = await runAction(rig, given);
      expect(run.code).toBe(Number(run.outputs['exit-code']));
      expect(run.code).not.toBe(0);
      expect(run.outputs).toMatchObject({ status: 'failed', text: '' });
      expect(run.outputs.failure).not.toBe('');
      expect(run.stdout).toMatch(/^::error title=llm-router::/m);
      expect(run.summary).toContain('### llm-router: failed');
      const allowed = await runAction(rig, { ...given, 'allow-failure': 'true' });
      expect(allowed).toMatchObject({ code: 0, outputs: { status: 'failed' } });
    }),
  );

  it(
    'says how a config that was only found gets trusted',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      const untrusted = { started: 'unset LLM_ROUTER_TRUST\n' };
      const run = await runAction(rig, { executable: executable(rig), prompt: 'hi' }, untrusted);
      expect(run).toMatchObject({ code: 77, outputs: { failure: 'not_allowed', cost_usd: '' } });
      expect(run.stdout).toMatch(/^::error title=llm-router::.*not trusted yet.*%0Ahint: .*--config/m);
      expect(run.summary).toContain('| cost | - |');
      expect(run.summary).toContain('\nhint: ');
    }),
  );

  it(
    'reports a run that took too long',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      writeFileSync(path.join(rig.bin, 'claude'), '#!/bin/sh\nexec /bin/sleep 60\n', { mode: 0o755 });
      const run = await runAction(rig, {
        executable: executable(rig),
        prompt: 'hi',
        timeout: '1s',
        arguments: '--no-fallback',
      });
      expect(run).toMatchObject({ code: 124, outputs: { status: 'failed', failure: 'timeout' } });
      expect(run.outputs.trace).toBe(rig.traces()[0]?.id);
    }),
  );

  it(
    'says what is wrong with an argument',
    rigged(async (rig) => {
      const run = await runAction(rig, { executable: executable(rig), prompt: 'hi', arguments: '--nope' });
      expect(run).toMatchObject({ code: 64, outputs: { failure: 'usage', 'exit-code': '64' } });
      expect(run.stdout).toContain('--nope');
      expect(run.stdout).not.toContain('no trace');
    }),
  );

  it(
    'refuses a command and a version that do not exist',
    rigged(async (rig) => {
      const command = await runAction(rig, { executable: executable(rig), command: 'run' });
      expect([command.code, command.stdout]).toEqual([64, expect.stringContaining('not `run`')]);
      const version = await runAction(rig, { version: '1; echo' });
      expect([version.code, version.stdout]).toEqual([1, expect.stringContaining('1; echo')]);
    }),
  );

  it(
    'reports a run that a cancelled job ends',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', TEAM);
      const script = '#!/bin/sh\nkill -TERM $(/bin/cat runner.pid)\nexec /bin/sleep 60\n';
      writeFileSync(path.join(rig.bin, 'claude'), script, { mode: 0o755 });
      const started = 'echo $$ > runner.pid\n';
      const run = await runAction(rig, { executable: executable(rig), prompt: 'hi' }, { started });
      expect(run).toMatchObject({ code: 143, outputs: { status: 'cancelled', failure: 'cancelled' } });
      expect(run.outputs.trace).toBe(rig.traces()[0]?.id);
    }),
  );
});
