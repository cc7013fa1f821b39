import { describe, expect, it } from '@jest/globals';
import { eventsIn, json, MOCK, served } from './served.js';

const FAILING = `
default_agent: me
agents: { me: { preferred_tool: bot } }
tools: { bot: { kind: mock, models: [m], responses: [{ failure: { type: quota } }] } }
`;

describe('JSON-RPC', () => {
  it(
    'completes a request, with its correlation',
    served(MOCK, async ({ post, logs }) => {
      const a2a = {
        trace_id: 'trace-7',
        source_agent: 'planner',
        target_agent: 'me',
        session_id: 's1',
        conversation_id: 'c1',
        timestamp: '2026-11-29T10:00:00Z',
      };
      const answer = await post('/rpc', {
        jsonrpc: '2.0',
        id: 'x',
        method: 'llm.complete',
        params: { prompt: 'hi', a2a_context: a2a, tags: { team: 'core' } },
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-trace-id')).toBe('trace-7');
      expect(answer.headers.get('x-source-agent')).toBe('planner');
      expect(answer.headers.get('x-session-id')).toBe('s1');
      const { jsonrpc, id, result } = await json(answer);
      expect({ jsonrpc, id }).toEqual({ jsonrpc: '2.0', id: 'x' });
      expect(result).toMatchObject({
        status: 'succeeded',
        text: 'hello there',
        agent: 'me',
        source_agent: 'planner',
        session: 's1',
        trace_id: 'trace-7',
        tool: 'bot',
        model: 'm',
        a2a_context: a2a,
      });
      expect(logs.at(-1)).toMatchObject({
        source_agent: 'planner',
        event: 'llm.complete.success',
        trace_id: 'trace-7',
        session: 's1',
      });
    }),
  );

  it(
    'takes the correlation of headers where the request has none',
    served(MOCK, async ({ post }) => {
      const body = { jsonrpc: '2.0', id: 1, method: 'llm.complete', params: { prompt: 'hi' } };
      const named = await post('/rpc', body, {
        'x-trace-id': 't',
        'x-source-agent': 'a',
        'x-session-id': 's',
      });
      expect((await json(named)).result.a2a_context).toMatchObject({
        trace_id: 't',
        source_agent: 'a',
        session_id: 's',
      });
      const traceparent = `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`;
      const traced = await post('/rpc', body, { traceparent });
      const { trace_id, a2a_context } = (await json(traced)).result;
      expect(trace_id).toBe('ab'.repeat(16));
      const again = { ...body, params: { ...body.params, a2a_context } };
      expect((await json(await post('/rpc', again))).result.a2a_context).toEqual(a2a_context);
    }),
  );

  it(
    'answers a batch in its order, without the notifications',
    served(MOCK, async ({ post }) => {
      const answer = await post('/rpc', [
        { jsonrpc: '2.0', id: 1, method: 'rpc.ping' },
        { jsonrpc: '2.0', method: 'llm.complete', params: { prompt: 'hi' } },
        7,
        { jsonrpc: '2.0', id: null, method: 'nope' },
        { jsonrpc: '2.0', id: 'l', method: 'llm.complete', params: { prompt: 'hi' } },
      ]);
      const answers = await json(answer);
      expect(answers.map((one: { id: unknown }) => one.id)).toEqual([1, null, null, 'l']);
      expect(answers.map((one: { error?: { code: number } }) => one.error?.code)).toEqual([
        undefined,
        -32600,
        -32601,
        undefined,
      ]);
    }),
  );

  it(
    'answers notifications alone with 204, after they ran',
    served(MOCK, async ({ post, logs }) => {
      const one = { jsonrpc: '2.0', method: 'llm.complete', params: { prompt: 'hi' } };
      for (const body of [one, [one, { jsonrpc: '2.0', method: 'nope' }]]) {
        const answer = await post('/rpc', body);
        expect([answer.status, await answer.text()]).toEqual([204, '']);
      }
      expect(logs.filter(({ event }) => event === 'llm.complete.success')).toHaveLength(2);
    }),
  );

  it.each([
    ['no object', 5, -32600, null],
    ['an empty batch', [], -32600, null],
    ['a batch that is too long', Array.from({ length: 101 }, () => 1), -32600, null],
    ['another version', { jsonrpc: '1.0', id: 3, method: 'rpc.ping' }, -32600, 3],
    ['an id of another type', { jsonrpc: '2.0', id: {}, method: 'rpc.ping' }, -32600, null],
    ['no method', { jsonrpc: '2.0', id: 3 }, -32600, 3],
    ['another member', { jsonrpc: '2.0', id: 3, method: 'rpc.ping', extra: 1 }, -32600, 3],
    ['an unknown method', { jsonrpc: '2.0', id: 3, method: 'llm.complet' }, -32601, 3],
    ['parameters by position', { jsonrpc: '2.0', id: 3, method: 'rpc.ping', params: [1] }, -32602, 3],
    ['an unknown parameter', call({ promt: 'x' }), -32602, 3],
    ['a wrong type', call({ prompt: 'x', temperature: 'hot' }), -32602, 3],
    ['a message of another role', call({ messages: [{ role: 'tool', content: 'x' }] }), -32602, 3],
    [
      'a part that is no text',
      call({ messages: [{ role: 'user', content: [{ type: 'image' }] }] }),
      -32602,
      3,
    ],
    ['nothing to answer', call({ messages: [{ role: 'assistant', content: 'x' }] }), -32602, 3],
    ['an unknown agent', call({ prompt: 'x', agent: 'you' }), -32602, 3],
    ['an unknown model', call({ prompt: 'x', model: 'gpt-99' }), -32602, 3],
    ['a tool that the config does not name', call({ prompt: 'x', model: 'claude-code:sonnet' }), -32602, 3],
    ['a schema that is none', call({ prompt: 'x', schema: '{' }), -32602, 3],
    ['a working directory', call({ prompt: 'x', cwd: '/' }), -32602, 3],
    ['an access level', call({ prompt: 'x', access: 'full' }), -32602, 3],
    [
      'a trace id that is too long',
      call({ prompt: 'x', a2a_context: { trace_id: 'x'.repeat(129) } }),
      -32602,
      3,
    ],
  ])('refuses %s', (_, body, code, id) =>
    served(MOCK, async ({ post }) => {
      const answer = await post('/rpc', body);
      expect(answer.status).toBe(200);
      const { jsonrpc, error, ...rest } = await json(answer);
      expect({ jsonrpc, ...rest, code: error.code }).toEqual({ jsonrpc: '2.0', id, code });
      expect(error.data).toMatchObject({ message: error.message, trace_id: expect.any(String) });
      expect(error.data.trace_id.length).toBeGreaterThan(0);
    })(),
  );

  it(
    'says what is wrong and what would be right',
    served(MOCK, async ({ rpc }) => {
      const misspelled = await rpc('llm.complete', { promt: 'x' });
      expect(misspelled.error.data.hint).toContain('did you mean `prompt`?');
      const wrong = await rpc('llm.complete', { messages: [{ role: 'user', content: 5 }] });
      expect(wrong.error.message).toBe('`messages[0].content` must be a text or a list');
      const tier = await rpc('llm.complete', { prompt: 'x', tier: 'best' });
      expect(tier.error.message).toBe('`tier` must be one of `fast`, `balanced`, `premium`');
    }),
  );

  it(
    'never answers a notification, whatever is wrong with it',
    served(MOCK, async ({ post }) => {
      const list = { jsonrpc: '2.0', method: 'update', params: [1, 2] };
      const unknown = { jsonrpc: '2.0', method: 'llm.complete', params: { promt: 'x' } };
      expect((await post('/rpc', list)).status).toBe(204);
      expect((await post('/rpc', [list, unknown])).status).toBe(204);
    }),
  );

  it(
    'leaves out a trace id of a header that is too long',
    served(MOCK, async ({ post }) => {
      const body = { jsonrpc: '2.0', id: 1, method: 'llm.complete', params: { prompt: 'hi' } };
      const answer = await post('/rpc', body, { 'x-trace-id': 'z'.repeat(129) });
      expect((await json(answer)).result.trace_id).toMatch(/^[0-9a-f]{32}$/);
    }),
  );

  it(
    'takes `null` as not given',
    served(MOCK, async ({ rpc }) => {
      expect((await rpc('rpc.ping', null)).result).toBe('pong');
      const params = { prompt: 'hi', model: null, temperature: null, a2a_context: { trace_id: null } };
      expect((await rpc('llm.complete', params)).result.status).toBe('succeeded');
    }),
  );

  it(
    'gives a failed run as an error of the table, with the whole document',
    served(FAILING, async ({ rpc }) => {
      const { error } = await rpc('llm.complete', { prompt: 'hi', a2a_context: { trace_id: 't9' } });
      expect(error).toMatchObject({
        code: -32001,
        data: { type: 'quota', trace_id: 't9', invocation: { status: 'failed', attempts: [{ n: 1 }] } },
      });
    }),
  );

  it(
    'satisfies a schema',
    served(MOCK.replace('hello there', '\'{"n": 5}\''), async ({ rpc }) => {
      const schema = { type: 'object', required: ['n'] };
      expect((await rpc('llm.complete', { prompt: 'hi', schema })).result.data).toEqual({ n: 5 });
      const wrong = await rpc('llm.complete', { prompt: 'hi', schema: JSON.stringify({ type: 'string' }) });
      expect(wrong.error).toMatchObject({ code: -32007, data: { type: 'contract_violation' } });
    }),
  );

  it(
    'streams the events of a run, the last one with the document',
    served(MOCK, async ({ post }) => {
      const body = { jsonrpc: '2.0', id: 1, method: 'llm.stream', params: { prompt: 'hi' } };
      const answer = await post('/rpc', body, { accept: 'text/event-stream' });
      expect(answer.headers.get('content-type')).toContain('text/event-stream');
      const events = eventsIn(await answer.text());
      expect(events.map(({ type }) => type)).toEqual([
        'invocation.started',
        'plan',
        'attempt.started',
        ...events.filter(({ type }) => type === 'output.delta').map(({ type }) => type),
        'attempt.finished',
        'invocation.finished',
      ]);
      expect(events.every(({ type, data }) => JSON.parse(data).type === type)).toBe(true);
      expect(JSON.parse(events.at(-1)?.data ?? '').invocation).toMatchObject({
        text: 'hello there',
        a2a_context: { trace_id: expect.any(String) },
      });
    }),
  );

  it(
    'says how a stream has to be asked for',
    served(MOCK, async ({ post, rpc }) => {
      expect((await rpc('llm.stream', { prompt: 'hi' })).error).toMatchObject({
        code: -32600,
        data: { hint: expect.stringContaining('text/event-stream') },
      });
      const accept = { accept: 'text/event-stream' };
      const call = { jsonrpc: '2.0', id: 1, method: 'llm.stream', params: { prompt: 'hi' } };
      expect((await json(await post('/rpc', [call], accept)))[0].error.code).toBe(-32600);
      const wrong = await post('/rpc', { ...call, params: {} }, accept);
      expect((await json(wrong)).error.code).toBe(-32602);
    }),
  );

  it(
    'plans without running',
    served(MOCK, async ({ rpc, logs }) => {
      const { result } = await rpc('llm.plan', { prompt: 'hi' });
      expect(result).toMatchObject({
        status: 'planned',
        attempts: [],
        plan: { candidates: [{ tool: 'bot', model: 'm' }] },
      });
      expect(logs).toEqual([]);
    }),
  );

  it(
    'lists the models that are allowed',
    served(
      `${MOCK}
policies: { default: { governance: { denied_models: [secret] } } }
models: { m: { provider: acme }, secret: { provider: acme } }
`.replace('models: [m]', 'models: [m, secret]'),
      async ({ rpc }) => {
        const { result } = await rpc('llm.models', { tool: 'bot' });
        expect(result.models.map(({ name }: { name: string }) => name)).toEqual(['m']);
        expect(result.count).toBe(1);
        expect((await rpc('llm.models', { tool: 'nope' })).error.code).toBe(-32602);
      },
    ),
  );

  it(
    'tells of the health of each tool',
    served(MOCK, async ({ rpc }) => {
      expect((await rpc('llm.health')).result).toEqual({
        healthy: true,
        tools: [{ tool: 'bot', ok: true, latency_ms: null, reason: null, hint: null }],
      });
      expect((await rpc('llm.health', { tool: 'nope' })).error.code).toBe(-32602);
    }),
  );

  it(
    'tells of itself',
    served(MOCK, async ({ rpc }) => {
      expect((await rpc('rpc.ping')).result).toBe('pong');
      expect((await rpc('rpc.version')).result.jsonrpc).toBe('2.0');
      const names = (await rpc('rpc.methods')).result.methods.map(({ name }: { name: string }) => name);
      expect(names).toEqual(
        expect.arrayContaining(['llm.complete', 'llm.stream', 'llm.plan', 'rpc.methods']),
      );
    }),
  );

  it(
    'answers at its other path too',
    served(MOCK, async ({ post }) => {
      const answer = await post('/api/v1/jsonrpc', { jsonrpc: '2.0', id: 1, method: 'rpc.ping' });
      expect(await json(answer)).toEqual({ jsonrpc: '2.0', id: 1, result: 'pong' });
    }),
  );
});

function call(params: unknown) {
  return { jsonrpc: '2.0', id: 3, method: 'llm.complete', params };
}
