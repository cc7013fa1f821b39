import { describe, expect, it } from '@jest/globals';
import { type SampleLine, samplesOf, seriesOf } from '../metrics/exposition.js';
import { chatEvents, frame, startProvider } from '../rig/provider.js';
import { MOCK, type Served, served } from './served.js';

const series = async ({ get }: Served, name: string) => seriesOf(await (await get('/metrics')).text(), name);

const seriesName = ({ name, labels }: SampleLine) => `${name} ${Object.values(labels).join(' ')}`;

/** Gives a server with one API, whose provider the test drives. */
function withProvider(
  body: (
    server: Served & { yaml: string },
    provider: Awaited<ReturnType<typeof startProvider>>,
  ) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const provider = await startProvider();
    const yaml = `
default_agent: me
agents: { me: { preferred_tool: api } }
tools: { api: { kind: http, api: openai-chat, base_url: '${provider.url}', models: [m], billing: free } }
models: { m: { provider: acme } }
policies: { default: { retry: { max_retries: 0 } } }
`;
    await served(yaml, (server) => body({ ...server, yaml }, provider))().finally(provider.close);
  };
}

describe('the metrics of a server', () => {
  it(
    'count calls of JSON-RPC and of the API of OpenAI, and `llm.metrics` says the same',
    served(MOCK, async (server) => {
      await server.rpc('llm.complete', { prompt: 'hi' });
      await server.post('/v1/chat/completions', { model: 'me', messages: [{ role: 'user', content: 'hi' }] });
      expect(await series(server, 'llm_requests_total')).toMatchObject({ 'unknown bot m succeeded': 2 });
      const { result } = await server.rpc('llm.metrics');
      expect(result).toMatchObject({
        total_requests: 2,
        errors: 0,
        by_provider: { unknown: { requests: 2 } },
      });
    }),
  );

  it(
    'have no run left after a client that went away in the middle of a stream',
    withProvider(async (server, provider) => {
      const leave = new AbortController();
      const messages = [{ role: 'user', content: 'hi' }];
      const request = { model: 'me', stream: true, messages };
      const asked = server.post('/v1/chat/completions', request, {}, leave.signal);
      const { head, write, gone } = await provider.nextCall();
      head(200, { 'content-type': 'text/event-stream' });
      await write(frame(chatEvents(['half'])[1]));
      await (await asked).body?.getReader().read();
      expect(await series(server, 'llm_active_requests')).toEqual({ acme: 1 });
      leave.abort();
      await gone;
      await server.service.turns.idle();
      expect(await series(server, 'llm_active_requests')).toEqual({ acme: 0 });
      expect(await series(server, 'llm_requests_total')).toMatchObject({ 'acme api m cancelled': 1 });
      expect(await series(server, 'llm_time_to_first_token_seconds_count')).toEqual({ 'acme api m': 1 });
    }),
  );

  it(
    'count a request that finds the queue full, and one for an agent that there is not',
    withProvider(async (server, provider) => {
      server.replace(`${server.yaml}server: { max_concurrent: 1, queue: 0 }\n`);
      const first = server.rpc('llm.complete', { prompt: 'hi' });
      const { end } = await provider.nextCall();
      expect((await server.rpc('llm.complete', { prompt: 'hi' })).error.data.type).toBe('rate_limit');
      expect(await series(server, 'llm_errors_total')).toEqual({ 'none none none rate_limit': 1 });
      end();
      await first;
      await server.rpc('llm.complete', { prompt: 'hi', agent: 'stranger' });
      expect(await series(server, 'llm_errors_total')).toMatchObject({ 'none none none usage': 1 });
      expect(await series(server, 'llm_requests_total')).toMatchObject({ 'none none none failed': 2 });
    }),
  );

  it(
    'have nothing in them that a caller made up, and no more series after more names',
    served(MOCK.replace('[m]', "['*', m]"), async (server) => {
      const askOddly = async (name: string) => {
        const context = { source_agent: name, target_agent: name, session_id: name, trace_id: name };
        const more = { session_id: name, tags: { [name]: name }, task: name, a2a_context: context };
        const requests = [
          { model: `bot:${name}`, ...more },
          { model: name, ...more },
          { agent: name, ...more },
          { model: `agent:${name}` },
          { model: `${name}:m` },
        ];
        for (const request of requests) await server.rpc('llm.complete', { prompt: name, ...request });
        await server.post('/v1/chat/completions', {
          model: name,
          messages: [{ role: 'user', content: 'x' }],
        });
        return (await server.get('/metrics')).text();
      };
      const first = samplesOf(await askOddly('made-up-1'));
      const text = [
        await askOddly('made-up-2'),
        await askOddly('made-up"} 1'),
        await askOddly('made-up\n# x'),
      ].at(-1);
      expect(text).not.toContain('made-up');
      expect(samplesOf(text ?? '').map(seriesName)).toEqual(first.map(seriesName));
      expect(seriesOf(text ?? '', 'llm_attempts_total')).toMatchObject({ 'bot other succeeded': 3 });
    }),
  );

  it(
    'go on with a changed config',
    served(MOCK, async (server) => {
      await server.rpc('llm.complete', { prompt: 'hi' });
      server.replace(MOCK.replaceAll('bot', 'other-bot'));
      await server.rpc('llm.complete', { prompt: 'hi' });
      expect(await series(server, 'llm_attempts_total')).toEqual({
        'bot m succeeded': 1,
        'other-bot m succeeded': 1,
      });
    }),
  );

  it(
    'are shown to callers with the token only',
    served(
      MOCK,
      async ({ get }) => {
        expect((await get('/metrics')).status).toBe(401);
        const allowed = await get('/metrics', { authorization: 'Bearer secret-token-1' });
        expect([allowed.status, allowed.headers.get('content-type')]).toEqual([
          200,
          'text/plain; version=0.0.4; charset=utf-8',
        ]);
      },
      { token: 'secret-token-1' },
    ),
  );
});
