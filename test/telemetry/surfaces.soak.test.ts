import { expect, it } from '@jest/globals';
import { withClient } from '../mcp/clients.js';
import { type Collector, startCollector } from '../rig/collector.js';
import { type Rig, rigged } from '../rig/rig.js';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';

function config(url: string, more = ''): string {
  return `version: 1
default_agent: me
agents: { me: { preferred_tool: bot } }
tools: { bot: { binary: bot, args: [run], models: [m], billing: free, grace: 1s } }
policies: { default: { retry: { max_retries: 0 } } }
telemetry: { otlp: { endpoint: '${url}' } }
${more}`;
}

async function startServer(rig: Rig) {
  const running = rig.start(['serve', '--port', '0']);
  await running.waitFor('listening on http://');
  return { running, url: /listening on (\S+)/.exec(running.stderr())?.[1] ?? '' };
}

function ask(url: string): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${TRACE}-${CALLER}-01` },
    body: JSON.stringify({ model: 'me', messages: [{ role: 'user', content: 'hi' }] }),
  });
}

/** The names of the spans once so many came: they are sent while a process goes on. */
async function spansOf(seen: Collector, count: number): Promise<string[]> {
  return (await seen.spansOf(count)).map(({ name }) => name);
}

it(
  'a server sends spans below those of its callers while it runs, and the metrics when it ends',
  rigged(async (rig) => {
    const seen = await startCollector();
    rig.write('llm-router.yaml', config(seen.url));
    const bot = rig.fake('bot');
    const { running, url } = await startServer(rig);
    const asked = ask(url);
    const work = await bot.nextCall();
    work.stdout('done');
    work.exit(0);
    expect((await asked).status).toBe(200);
    expect(await spansOf(seen, 2)).toEqual(['invoke_agent bot', 'invoke_agent me']);
    expect(seen.spans()[1]).toMatchObject({ traceId: TRACE, parentSpanId: CALLER });
    expect(seen.points()).toEqual([]);
    running.kill('SIGTERM');
    expect((await running.done).code).toBe(0);
    expect(seen.points()).toMatchObject([{ metric: 'gen_ai.client.operation.duration', count: 1 }]);
    await seen.close();
  }),
);

it(
  'a server whose collector never answers goes on, and ends',
  rigged(async (rig) => {
    const seen = await startCollector(() => 'never');
    rig.write('llm-router.yaml', config(seen.url));
    const bot = rig.fake('bot');
    const { running, url } = await startServer(rig);
    for (let n = 0; n < 3; n++) {
      const asked = ask(url);
      const work = await bot.nextCall();
      work.stdout('done');
      work.exit(0);
      expect((await asked).status).toBe(200);
    }
    running.kill('SIGTERM');
    const { code, stderr } = await running.done;
    expect(code).toBe(0);
    expect(stderr.match(/telemetry was not sent/g)).toHaveLength(1);
    await seen.close();
  }),
);

it(
  'the attempts of a long run are sent before it ends',
  rigged(async (rig) => {
    const seen = await startCollector();
    const chain = config(seen.url)
      .replace('preferred_tool: bot', 'preferred_tool: bot, fallback_chain: [slow]')
      .replace('tools: {', 'tools: { slow: { binary: slow, args: [], models: [m], billing: free },');
    rig.write('llm-router.yaml', chain);
    const [bot, slow] = [rig.fake('bot'), rig.fake('slow')];
    const running = rig.start(['exec', '--no-stdin', 'hi']);
    const first = await bot.nextCall();
    first.exit(3);
    const second = await slow.nextCall();
    expect(await spansOf(seen, 1)).toEqual(['invoke_agent bot']);
    second.stdout('done');
    second.exit(0);
    expect(await running.done).toMatchObject({ code: 0, stdout: 'done\n' });
    expect(await spansOf(seen, 3)).toEqual(['invoke_agent bot', 'invoke_agent slow', 'invoke_agent me']);
    await seen.close();
  }),
);

it(
  'a run that is stopped tells of it',
  rigged(async (rig) => {
    const seen = await startCollector();
    rig.write('llm-router.yaml', config(seen.url));
    const bot = rig.fake('bot');
    const running = rig.start(['exec', '--no-stdin', 'hi']);
    await bot.nextCall();
    running.kill('SIGTERM');
    expect((await running.done).code).toBe(143);
    for (const { status, attributes } of seen.spans()) {
      expect(status.code).toBe(2);
      expect(attributes['error.type']).toBe('cancelled');
    }
    expect(await spansOf(seen, 2)).toHaveLength(2);
    await seen.close();
  }),
);

it(
  'a detached run and one of an MCP client are sent by their own processes',
  rigged(async (rig) => {
    const seen = await startCollector();
    rig.write('llm-router.yaml', config(seen.url));
    const bot = rig.fake('bot');
    const { stdout } = await rig.spawn(['exec', '--detach', '--no-stdin', 'hi']);
    const work = await bot.nextCall();
    work.stdout('done');
    work.exit(0);
    await rig.spawn(['jobs', 'wait', stdout.trim()]);
    await spansOf(seen, 2);
    await withClient(rig, {}, async ({ call }) => {
      const asked = call('ask', { prompt: 'hi' });
      const second = await bot.nextCall();
      second.stdout('done');
      second.exit(0);
      await asked;
      expect(await spansOf(seen, 4)).toHaveLength(4);
    });
    const ids = seen.spans().map(({ attributes }) => attributes['llm_router.invocation.id']);
    expect(new Set(ids).size).toBe(2);
    expect(ids).toContain(stdout.trim());
    await seen.close();
  }),
);
