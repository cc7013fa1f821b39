import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { isAlive } from '../rig/processes.js';
import { rigged } from '../rig/rig.js';
import { itInSoak } from '../soak.js';
import { solo } from './configs.js';
import { detach, jobs, jobsFolder } from './detached.js';
import { paid } from './money.js';

describe('a detached run', () => {
  it(
    'prints its handle, and later what exec would have printed, any number of times',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const id = await detach(rig);
      const waits = [1, 2].map(() => rig.start(['jobs', 'wait', id]));
      const call = await bot.nextCall();
      expect(await jobs(rig)).toMatchObject([
        { id, state: 'running', status: 'running', tool: 'bot', exit_code: null, started_by: 'exec' },
      ]);
      expect(await rig.run(['jobs', 'wait', id, '--timeout', '0'])).toMatchObject({ code: 124, stdout: '' });
      call.stdout('forty\u0000two');
      call.exit(0);
      for (const wait of waits)
        expect(await wait.done).toMatchObject({
          code: 0,
          stdout: 'forty\u0000two\n',
          stderr: '',
        });
      expect(await jobs(rig)).toMatchObject([{ id, state: 'ended', status: 'succeeded', exit_code: 0 }]);
      expect(rig.traces()).toMatchObject([{ id, status: 'succeeded', text: null }]);
      const document = await rig.run(['jobs', 'wait', id.slice(0, 12), '--json']);
      expect(document.json()).toMatchObject({
        id,
        status: 'succeeded',
        text: 'forty\u0000two',
      });
      const over = await rig.run(['jobs', 'cancel', id]);
      expect(over).toMatchObject({ code: 0, stderr: expect.stringContaining('was over already: succeeded') });
    }),
  );

  it(
    'keeps no secret of its session and trace id',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const token = ['ghp', 'dummy0'.repeat(6)].join('_');
      const id = await detach(rig, '--session', `s ${token}`, '--trace-id', token);
      const record = readFileSync(path.join(jobsFolder(rig), id, 'job.json'), 'utf8');
      expect(JSON.parse(record)).toMatchObject({ session: 's [redacted]', trace_id: '[redacted]' });
      expect(record).not.toContain(token);
      const call = await bot.nextCall();
      call.stdout('done');
      call.exit(0);
      expect(await rig.run(['jobs', 'wait', id])).toMatchObject({ code: 0, stdout: 'done\n' });
    }),
  );

  itInSoak(
    'that cannot run is reported at once and leaves nothing',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const refused = await rig.run(['exec', '--detach', '--no-stdin', '-o', 'missing/x', '--json', 'hi']);
      expect(refused).toMatchObject({
        code: 66,
        stderr: expect.stringContaining('its folder does not exist'),
      });
      expect(refused.json()).toMatchObject({ status: 'failed', failure: { type: 'input' } });
      expect(readdirSync(jobsFolder(rig))).toEqual([]);
      expect(await rig.run(['exec', '--detach', '-a', 'nope', 'hi'])).toMatchObject({ code: 64 });
      expect(await rig.run(['exec', '--detach', '--stream', 'hi'])).toMatchObject({ code: 64 });
    }),
  );

  it(
    'is ended with its whole tree by a cancel, and settled',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]', 'grace: 100ms'));
      const bot = rig.fake('bot-cli');
      const id = await detach(rig, '--json');
      const wait = rig.start(['jobs', 'wait', id]);
      const call = await bot.nextCall();
      const cancelled = await rig.run(['jobs', 'cancel', id, '--json']);
      expect(JSON.parse(cancelled.stdout)).toMatchObject({
        id,
        state: 'ended',
        cancelled: true,
        exit_code: 143,
      });
      expect(isAlive(call.pid)).toBe(false);
      const { code, json } = await wait.done;
      expect([code, json().failure?.type]).toEqual([143, 'cancelled']);
    }),
  );

  it(
    'that is killed is lost: the wait for it ends, and nothing of it is left',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', paid('{ daily_usd: 5, limit: { type: hard } }'));
      const bot = rig.fake('bot-cli');
      const id = await detach(rig);
      const wait = rig.start(['jobs', 'wait', id, '--json']);
      const call = await bot.nextCall();
      const [{ pid } = {}] = await jobs(rig);
      process.kill(Number(pid), 'SIGKILL');
      const { code, json, stderr } = await wait.done;
      expect([code, json().status, json().failure?.type]).toEqual([130, 'interrupted', 'cancelled']);
      expect(stderr).toContain(`the detached run \`${id}\` was interrupted`);
      await call.gone;
      expect(await jobs(rig)).toMatchObject([{ id, state: 'lost', status: 'interrupted', spent_usd: 0.5 }]);
      expect((await rig.run(['jobs', 'cancel', id])).stderr).toContain('was over already: interrupted');
    }),
  );
});

it(
  'a handle that names no detached run is a usage failure',
  rigged(async (rig) => {
    expect(await rig.run(['jobs'])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('no detached runs'),
    });
    for (const command of ['wait', 'cancel', 'logs'])
      expect(await rig.run(['jobs', command, '01K9ZQ3V7M8KD'])).toMatchObject({ code: 64, stdout: '' });
    expect(await rig.run(['jobs', 'wait', 'last'])).toMatchObject({ code: 64 });
    expect(await rig.spawn(['jobs', 'run', '01K9ZQ3V7M8KD'])).toMatchObject({ code: 64 });
  }),
);
