import { describe, expect, it } from '@jest/globals';
import { solo } from '../e2e/configs.js';
import { parentOf } from '../rig/processes.js';
import { rigged } from '../rig/rig.js';
import { BOTH, connect, withClient } from './clients.js';

describe.each(BOTH)('a client of the generation `%s`', (generation) => {
  it(
    'finds its run again after its server was killed',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const first = await connect(rig, { generation });
      const cutOff = first.call('ask', { prompt: 'hi' }).catch((error: Error) => error);
      const run = await bot.nextCall();
      process.kill(first.pid, 'SIGKILL');
      expect(await cutOff).toBeInstanceOf(Error);
      await withClient(rig, { generation }, async ({ call }) => {
        const waits = [call('wait'), call('wait')];
        run.stdout('still here');
        run.exit(0);
        for (const { data } of await Promise.all(waits))
          expect(data).toMatchObject({ state: 'ended', answer: 'still here' });
      });
      await first.close();
    }),
  );

  it(
    'that gives up early loses nothing, and the end of its input ends the server and not the run',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      const first = await connect(rig, { generation });
      await expect(first.call('ask', { prompt: 'hi' }, { timeout: 1500 })).rejects.toThrow();
      const run = await bot.nextCall();
      const waiting = first.call('wait').catch((error: Error) => error);
      await first.close();
      expect(await waiting).toBeInstanceOf(Error);
      const [job] = JSON.parse((await rig.run(['jobs', '--json'])).stdout);
      expect(job).toMatchObject({ state: 'running', started_by: 'mcp test-client' });
      run.stdout('done');
      run.exit(0);
      await withClient(rig, { generation }, async ({ call }) => {
        expect((await call('wait', { id: job.id })).data).toMatchObject({ answer: 'done' });
      });
    }),
  );

  it(
    'that ends the whole process tree of its server ends no run, since a run is in no tree',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const bot = rig.fake('bot-cli');
      await withClient(rig, { generation, args: ['--wait', '0'] }, async ({ call, pid }) => {
        const { data } = await call('ask', { prompt: 'hi' });
        const run = await bot.nextCall();
        for (let ancestor = run.pid; ancestor > 1; ancestor = parentOf(ancestor))
          expect(ancestor).not.toBe(pid);
        run.stdout('still here');
        run.exit(0);
        expect((await call('wait', { id: data.id, wait_seconds: 50 })).data.answer).toBe('still here');
      });
    }),
  );

  it(
    'survives a huge prompt, and a tool that writes what looks like the protocol',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const noise = '{"jsonrpc":"2.0","id":1,"result":{}}\n';
      rig.script('bot-cli', [{ stdout: noise.repeat(2000), stderr: noise }]);
      await withClient(rig, { generation }, async ({ call, stderr }) => {
        const huge = await call('ask', { prompt: 'x'.repeat(17 * 1024 * 1024) });
        expect(huge).toMatchObject({ isError: true, data: { id: null, failure: { type: 'input' } } });
        const { data } = await call('ask', { prompt: 'hi' });
        expect(data).toMatchObject({ state: 'ended', answer: expect.stringContaining('"jsonrpc"') });
        expect(stderr()).toBe('');
      });
    }),
  );

  it(
    'inside the run of another agent takes over its depth',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', solo('[go]'));
      const env = { LLM_ROUTER_DEPTH: '9', LLM_ROUTER_PARENT_ID: '01ARZ3NDEKTSV4RRFFQ69G5FAV' };
      await withClient(rig, { generation, env }, async ({ call }) => {
        const { isError, data } = await call('ask', { prompt: 'hi' });
        expect(isError).toBe(true);
        expect(data.failure).toMatchObject({ type: 'not_allowed' });
      });
    }),
  );
});
