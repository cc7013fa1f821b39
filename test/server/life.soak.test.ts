import { describe, expect, it } from '@jest/globals';
import { type Rig, rigged } from '../rig/rig.js';
import type { Running } from '../rig/run.js';
import { json, raw } from './served.js';

const BOT = `version: 1
default_agent: me
agents: { me: { preferred_tool: bot } }
tools: { bot: { binary: bot, args: [run], models: [m], billing: free, grace: 1s } }
policies: { default: { retry: { max_retries: 0 } } }
`;

describe('llm-router serve', () => {
  it(
    'answers, keeps its records, and lets a run finish after SIGTERM',
    rigged(async (rig) => {
      const bot = rig.fake('bot');
      rig.write('llm-router.yaml', BOT);
      const { running, url } = await startServer(rig);
      const context = { trace_id: 't1', source_agent: 'planner', session_id: 's1', conversation_id: 'c1' };
      const asked = call(url, { prompt: 'hi', a2a_context: context });
      const work = await bot.nextCall();
      expect(work.cwd).toBe(rig.project);
      running.kill('SIGTERM');
      await running.waitFor('shutting down: 1 run in progress, for at most 20 s');
      await expect(fetch(`${url}/healthz`)).rejects.toThrow();
      work.stdout('done');
      work.exit(0);
      expect((await json(await asked)).result).toMatchObject({ text: 'done', a2a_context: context });
      expect((await running.done).code).toBe(0);
      expect(rig.traces()).toMatchObject([
        { status: 'succeeded', trace_id: 't1', source_agent: 'planner', session: 's1' },
      ]);
      const stats = await rig.run(['stats', '--by', 'tag:conversation_id', '--json']);
      expect(stats.stdout).toContain('"c1"');
    }),
  );

  it(
    'cancels what goes on after the grace, and ends its processes',
    rigged(async (rig) => {
      const bot = rig.fake('bot');
      rig.write('llm-router.yaml', `${BOT}server: { grace: 100ms }\n`);
      const { running, url } = await startServer(rig);
      const asked = call(url, { prompt: 'hi' });
      const work = await bot.nextCall();
      running.kill('SIGTERM');
      expect((await json(await asked)).error).toMatchObject({
        code: -32008,
        data: { type: 'cancelled', message: 'the server is shutting down' },
      });
      await work.gone;
      expect((await running.done).code).toBe(0);
      expect(rig.traces()).toMatchObject([{ status: 'cancelled' }]);
    }),
  );

  it(
    'cancels the run of a client that leaves',
    rigged(async (rig) => {
      const bot = rig.fake('bot');
      rig.write('llm-router.yaml', BOT);
      const { running, url } = await startServer(rig);
      const leave = new AbortController();
      const asked = call(url, { prompt: 'hi' }, leave.signal);
      const work = await bot.nextCall();
      leave.abort();
      await expect(asked).rejects.toThrow();
      await work.gone;
      running.kill('SIGTERM');
      expect((await running.done).code).toBe(0);
      expect(rig.traces()).toMatchObject([{ status: 'cancelled', failure: { type: 'cancelled' } }]);
    }),
  );

  it(
    'takes a changed config into use, and keeps the one before when the change has errors',
    rigged(async (rig) => {
      const mock = (text: string) =>
        `version: 1\nagents: { me: { preferred_tool: bot } }\ndefault_agent: me\ntools: { bot: { kind: mock, responses: [{ text: ${text} }] } }\n`;
      rig.write('llm-router.yaml', mock('one'));
      const { running, url } = await startServer(rig);
      const answer = async () => (await json(await call(url, { prompt: 'hi' }))).result.text;
      expect(await answer()).toBe('one');
      rig.write('llm-router.yaml', mock('two'));
      await running.waitFor('the changed config is in use');
      expect(await answer()).toBe('two');
      rig.write('llm-router.yaml', `${mock('three')}agent: {}\n`);
      await running.waitFor('llm-router.yaml:5:1');
      expect(running.stderr()).toContain('the one before stays in use');
      expect(await answer()).toBe('two');
      expect((await json(await fetch(`${url}/readyz`))).parts.config).toEqual({
        ok: true,
        is_current: false,
      });
      running.kill('SIGTERM');
      expect((await running.done).code).toBe(0);
    }),
  );

  it(
    'ends what a killed server has left once it starts again, and warns of an address that it does not take',
    rigged(async (rig) => {
      const bot = rig.fake('bot');
      rig.write('llm-router.yaml', BOT);
      const killed = await startServer(rig);
      const asked = call(killed.url, { prompt: 'hi' }).catch(() => null);
      const work = await bot.nextCall();
      killed.running.kill('SIGKILL');
      await asked;
      const { running } = await startServer(rig);
      await work.gone;
      rig.write('llm-router.yaml', `${BOT}server: { port: 5151 }\n`);
      await running.waitFor('restart the server to move it');
      running.kill('SIGTERM');
      expect((await running.done).code).toBe(0);
    }),
  );

  it(
    'says nothing of a client that sends many requests in one go',
    rigged(async (rig) => {
      rig.write('llm-router.yaml', BOT);
      const { running, url } = await startServer(rig);
      const ping = 'GET /healthz HTTP/1.1\r\nHost: localhost\r\n';
      const many = `${`${ping}\r\n`.repeat(30)}${ping}Connection: close\r\n\r\n`;
      const answers = await raw(Number(new URL(url).port), many, { silenceMs: 10_000 });
      expect(answers.match(/HTTP\/1\.1 200/g)).toHaveLength(31);
      running.kill('SIGTERM');
      expect((await running.done).stderr).toBe(`listening on ${url}\n`);
    }),
  );

  it(
    'says why it cannot start',
    rigged(async (rig) => {
      const without = await rig.run(['serve']);
      expect([without.code, without.stderr]).toEqual([78, expect.stringContaining('no config was found')]);
      rig.write('llm-router.yaml', BOT);
      const open = await rig.run(['serve', '--host', '0.0.0.0', '--port', '0']);
      expect([open.code, open.stderr]).toEqual([64, expect.stringContaining('LLM_ROUTER_TOKEN')]);
      const blank = await rig.run(['serve', '--port', '0'], { env: { LLM_ROUTER_TOKEN: 'secret\n' } });
      expect([blank.code, blank.stderr]).toEqual([64, expect.stringContaining('no caller can send')]);
      rig.write('not-a-ledger', 'x'.repeat(100));
      const busy = await startServer(rig, { LLM_ROUTER_LEDGER: `${rig.project}/not-a-ledger` });
      await busy.running.waitFor('warning: the ledger');
      const port = new URL(busy.url).port;
      const second = await rig.run(['serve', '--port', port]);
      expect([second.code, second.stderr]).toEqual([66, expect.stringContaining('cannot listen')]);
      expect((await rig.run(['serve', '--port', '70000'])).code).toBe(64);
      busy.running.kill('SIGTERM');
      await busy.running.done;
    }),
  );

  it(
    'asks for the token that its config names, and hands it to no tool',
    rigged(async (rig) => {
      const bot = rig.fake('bot');
      rig.write('llm-router.yaml', `${BOT}server: { token_env: MY_PASS, host: 0.0.0.0 }\n`);
      const { running, url } = await startServer(rig, { MY_PASS: 'pass-of-the-server' });
      const local = url.replace('0.0.0.0', '127.0.0.1');
      expect((await call(local, { prompt: 'hi' })).status).toBe(401);
      const asked = call(local, { prompt: 'hi' }, undefined, { authorization: 'Bearer pass-of-the-server' });
      const work = await bot.nextCall();
      expect(JSON.stringify(work.env)).not.toContain('pass-of-the-server');
      work.stdout('ok');
      work.exit(0);
      expect((await json(await asked)).result.text).toBe('ok');
      running.kill('SIGTERM');
      await running.done;
    }),
  );
});

async function startServer(
  rig: Rig,
  env: Record<string, string> = {},
): Promise<{ running: Running; url: string }> {
  const running = rig.start(['serve', '--port', '0'], { env });
  await running.waitFor('listening on http://');
  const url = /listening on (\S+)/.exec(running.stderr())?.[1] ?? '';
  return { running, url };
}

function call(
  url: string,
  params: object,
  signal?: AbortSignal,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/rpc`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'llm.complete', params }),
    ...(signal === undefined ? {} : { signal }),
  });
}
