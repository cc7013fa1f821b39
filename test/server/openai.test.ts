import { describe, expect, it } from '@jest/globals';
import OpenAI, {
  APIConnectionError,
  APIUserAbortError,
  AuthenticationError,
  BadRequestError,
  InternalServerError,
  NotFoundError,
  PermissionDeniedError,
  RateLimitError,
  UnprocessableEntityError,
} from 'openai';
import { chatEvents, plain, startProvider, stream } from '../rig/provider.js';
import { json, MOCK, overHttp, type Served, serve, served } from './served.js';

function clientOf({ url }: Served, more: { apiKey?: string; maxRetries?: number } = {}): OpenAI {
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: 'none', ...more });
}

const HI = [{ role: 'user' as const, content: 'hi' }];

const TALKATIVE = `
default_agent: me
agents: { me: { preferred_tool: bot } }
tools:
  bot:
    kind: mock
    models: [m]
    responses: [{ text: one two three, deltas: ['one ', 'two ', 'three'], usage: { input_tokens: 7, output_tokens: 3 } }]
`;

const failing = (type: string, more = '') => `
default_agent: me
agents: { me: { preferred_tool: bot } }
tools: { bot: { kind: mock, models: [m], responses: [{ failure: { type: ${type}${more} } }] } }
policies: { default: { retry: { max_retries: 0 } } }
`;

describe("OpenAI's client", () => {
  it(
    'completes a chat by the name of an agent',
    served(TALKATIVE, async (running) => {
      const completion = await clientOf(running).chat.completions.create({
        model: 'me',
        messages: [{ role: 'system', content: 'be brief' }, ...HI],
        temperature: 0.5,
        max_tokens: 100,
        stop: ['END'],
        user: 'u1',
      });
      expect(completion).toMatchObject({
        object: 'chat.completion',
        model: 'me',
        choices: [
          { index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'one two three' } },
        ],
        usage: { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 },
        llm_router: { agent: 'me', tool: 'bot', model: 'm' },
      });
      expect(completion.id).toMatch(/^chatcmpl-[0-9A-Z]{26}$/);
      expect(completion._request_id).toBe(completion.id.slice('chatcmpl-'.length));
    }),
  );

  it.each(['me', 'agent:me', 'bot:m', 'm'])('takes the model `%s`', (model) =>
    served(TALKATIVE, async (running) => {
      const completion = await clientOf(running).chat.completions.create({ model, messages: HI });
      expect(completion.choices[0]?.message.content).toBe('one two three');
    })(),
  );

  it(
    'streams, with the usage where it asks for it',
    served(TALKATIVE, async (running) => {
      const chunks = [];
      const streamed = await clientOf(running).chat.completions.create({
        model: 'me',
        messages: HI,
        stream: true,
        stream_options: { include_usage: true },
      });
      for await (const chunk of streamed) chunks.push(chunk);
      expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '')).toEqual([
        '',
        'one ',
        'two ',
        'three',
        '',
        '',
      ]);
      expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
      expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
      expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 10 } });
      expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    }),
  );

  it(
    'streams by its helper, without usage',
    served(TALKATIVE, async (running) => {
      const runner = clientOf(running).chat.completions.stream({ model: 'me', messages: HI });
      expect(await runner.finalContent()).toBe('one two three');
      expect((await runner.finalChatCompletion()).choices[0]?.finish_reason).toBe('stop');
    }),
  );

  it(
    'gets JSON by a schema, streamed or not, without what is around it',
    served(MOCK.replace('hello there', '"```json\\n{\\"n\\": 5}\\n```"'), async (running) => {
      const json_schema = { name: 'answer', schema: { type: 'object', required: ['n'] } };
      const asked = {
        model: 'me',
        messages: HI,
        response_format: { type: 'json_schema' as const, json_schema },
      };
      const { chat } = clientOf(running);
      expect((await chat.completions.create(asked)).choices[0]?.message.content).toBe('{"n":5}');
      expect(await chat.completions.stream(asked).finalContent()).toBe('{"n":5}');
    }),
  );

  it(
    'lists the models',
    served(TALKATIVE, async (running) => {
      const ids = [];
      for await (const { id } of await clientOf(running).models.list()) ids.push(id);
      expect(ids).toEqual(['me', 'bot:m']);
    }),
  );

  it(
    'looks one model up, by every name that it may ask for',
    served(TALKATIVE, async (running) => {
      const { models } = clientOf(running);
      for (const id of ['me', 'agent:me', 'bot:m'])
        expect(await models.retrieve(id)).toEqual({
          id,
          object: 'model',
          created: 0,
          owned_by: expect.any(String),
        });
      const missing = models.retrieve('no/pe');
      await expect(missing).rejects.toBeInstanceOf(NotFoundError);
      await expect(missing).rejects.toMatchObject({ code: 'model_not_found', param: 'model' });
    }),
  );

  it(
    'gets the hint also where it is turned away before it is read',
    served(TALKATIVE, async (running) => {
      const asked = clientOf(running).embeddings.create({ model: 'me', input: 'x' });
      await expect(asked).rejects.toMatchObject({
        status: 404,
        type: 'not_found_error',
        code: 'usage',
        message: expect.stringContaining('hint: try `/`'),
      });
    }),
  );

  it.each([
    ['tool_calls', [{ id: '1', type: 'function', function: { name: 'f', arguments: '{}' } }]],
    ['function_call', { name: 'f', arguments: '{}' }],
    ['audio', { id: 'a' }],
  ])('is told that `%s` of a message is not passed on', (name, value) =>
    served(TALKATIVE, async ({ post }) => {
      const messages = [{ role: 'assistant', content: 'x', [name]: value }, ...HI];
      const answer = await post('/v1/chat/completions', { model: 'me', messages });
      expect(answer.status).toBe(400);
      expect((await json(answer)).error.param).toBe(`messages[0].${name}`);
      const nothing = [{ role: 'assistant', content: 'x', tool_calls: [], function_call: null }, ...HI];
      expect((await post('/v1/chat/completions', { model: 'me', messages: nothing })).status).toBe(200);
    })(),
  );

  it(
    'is warned of texts to stop at that no tool can follow',
    served(
      `
agents: { me: { preferred_tool: bot } }
tools: { bot: { binary: ${process.execPath}, args: ['-e', 'console.log(5)'], models: [m], billing: free } }
`,
      async ({ post }) => {
        const answer = await post('/v1/chat/completions', { model: 'me', messages: HI, stop: ['x'] });
        expect((await json(answer)).llm_router.warnings).toContain(
          '`stop` is ignored: tool `bot` does not support it',
        );
      },
    ),
  );

  it(
    'is told when a tool that has failed often is tried again',
    served(failing('provider_error'), async (running) => {
      const { post } = running;
      let answer = await post('/v1/chat/completions', { model: 'me', messages: HI });
      for (let n = 1; !(await answer.clone().text()).includes('cooling down'); n++) {
        expect(n).toBeLessThan(10);
        answer = await post('/v1/chat/completions', { model: 'me', messages: HI });
      }
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }),
  );

  it(
    'is told of two limits that differ',
    served(TALKATIVE, async ({ post }) => {
      const body = { model: 'me', messages: HI, max_tokens: 1, max_completion_tokens: 2 };
      expect((await json(await post('/v1/chat/completions', body))).error.param).toBe('max_tokens');
      expect((await post('/v1/chat/completions', { ...body, max_tokens: 2 })).status).toBe(200);
    }),
  );

  it.each([
    ['rate_limit', ', retry_after: 7s', RateLimitError, 429],
    ['quota', '', RateLimitError, 429],
    ['overloaded', '', InternalServerError, 503],
    ['provider_error', '', InternalServerError, 502],
    ['timeout', '', InternalServerError, 504],
    ['authentication', '', AuthenticationError, 401],
    ['model_not_found', '', NotFoundError, 404],
    ['context_too_large', '', BadRequestError, 400],
    ['refused', '', UnprocessableEntityError, 422],
    ['not_allowed', '', PermissionDeniedError, 403],
  ] as const)('raises its own error for `%s`, and does not try again', (type, more, error, status) =>
    served(failing(type, more), async (running) => {
      const create = clientOf(running, { maxRetries: 3 }).chat.completions.create({
        model: 'me',
        messages: HI,
      });
      const raised = await create.catch((caught: unknown) => caught);
      expect(raised).toBeInstanceOf(error);
      expect(raised).toMatchObject({ status, code: type === 'quota' ? 'insufficient_quota' : type });
      if (type === 'rate_limit')
        expect((raised as InstanceType<typeof RateLimitError>).headers.get('retry-after')).toBe('7');
      const runs = running.logs.filter(({ event }) => event === 'llm.complete.error');
      expect(runs.length).toBeLessThanOrEqual(1);
    })(),
  );

  it(
    'raises the same for a stream that fails before its first text',
    served(failing('quota'), async (running) => {
      const create = clientOf(running).chat.completions.create({ model: 'me', messages: HI, stream: true });
      await expect(create).rejects.toBeInstanceOf(RateLimitError);
    }),
  );

  it.each([
    [{ model: 'nope', messages: HI }, NotFoundError, 'model'],
    [{ model: 'claude-code:sonnet', messages: HI }, NotFoundError, 'model'],
    [{ model: 'me', messages: HI, n: 2 }, BadRequestError, 'n'],
    [{ model: 'me', messages: HI, tools: [TOOL()] }, BadRequestError, 'tools'],
    [{ model: 'me', messages: HI, top_p: 0.1 }, BadRequestError, 'top_p'],
    [{ model: 'me', messages: HI, reasoning_effort: 'minimal' }, BadRequestError, 'reasoning_effort'],
    [{ model: 'me', messages: HI, temperature: 3 }, BadRequestError, 'temperature'],
    [{ model: 'me', messages: [] }, BadRequestError, 'messages'],
    [
      { model: 'me', messages: [{ role: 'tool', tool_call_id: 'x', content: 'y' }] },
      BadRequestError,
      'messages[0].role',
    ],
    [{ model: 'me', messages: HI, cwd: '/' }, BadRequestError, 'cwd'],
    [{ model: 'me', messages: HI, access: 'full' }, BadRequestError, 'access'],
  ])('is refused what cannot be done: %j', (body, error, param) =>
    served(TALKATIVE, async (running) => {
      const create = clientOf(running, { maxRetries: 0 }).chat.completions.create(body as never);
      const raised = await create.catch((caught: unknown) => caught);
      expect(raised).toBeInstanceOf(error);
      expect(raised).toMatchObject({ param });
    })(),
  );

  it(
    'sends the values that ask for nothing',
    served(TALKATIVE, async (running) => {
      const completion = await clientOf(running).chat.completions.create({
        model: 'me',
        messages: [...HI, { role: 'assistant', content: 'yes?' }, { role: 'user', content: 'hi' }],
        n: 1,
        top_p: 1,
        presence_penalty: 0,
        frequency_penalty: 0,
        logprobs: false,
        logit_bias: {},
        tools: [],
        parallel_tool_calls: true,
        response_format: { type: 'text' },
        store: false,
        metadata: { team: 'core' },
        max_completion_tokens: 10,
      });
      expect(completion.choices).toHaveLength(1);
    }),
  );

  it('ends the call of the provider when it leaves', async () => {
    const provider = await startProvider();
    const running = await serve(overHttp(provider.url));
    try {
      const leave = new AbortController();
      const create = clientOf(running).chat.completions.create(
        { model: 'me', messages: HI },
        { signal: leave.signal },
      );
      const call = await provider.nextCall();
      leave.abort();
      await expect(create).rejects.toBeInstanceOf(APIUserAbortError);
      await call.gone;
      await running.service.turns.idle();
      expect(running.logs.at(-1)).toMatchObject({ event: 'llm.complete.error', failure: 'cancelled' });
    } finally {
      await running.close();
      await provider.close();
    }
  });

  it('gets an error in the stream that fails after its first text', async () => {
    const provider = await startProvider();
    const running = await serve(overHttp(provider.url));
    try {
      const streamed = clientOf(running, { maxRetries: 0 }).chat.completions.create({
        model: 'me',
        messages: HI,
        stream: true,
      });
      const call = await provider.nextCall();
      call.head(200, { 'content-type': 'text/event-stream' });
      await call.write(`data: ${JSON.stringify(chatEvents(['hello'])[1])}\n\n`);
      const read: string[] = [];
      const reading = (async () => {
        for await (const chunk of await streamed) {
          read.push(chunk.choices[0]?.delta.content ?? '');
          if (read.join('') === 'hello') call.destroy();
        }
      })();
      await expect(reading).rejects.toMatchObject({ code: 'partial' });
      expect(read.join('')).toBe('hello');
    } finally {
      await running.close();
      await provider.close();
    }
  });

  it('reaches the provider with its correlation, and its text comes back as it was', async () => {
    const text = 'sk-live-not-mine \u001b[31m "quoted" 🦜';
    const provider = await startProvider([
      stream(chatEvents([text])),
      plain(429, { error: { message: 'slow down' } }, { 'retry-after': '3' }),
    ]);
    const running = await serve(overHttp(provider.url));
    try {
      const completion = await clientOf(running).chat.completions.create(
        { model: 'me', messages: HI },
        { headers: { 'x-trace-id': 't1', 'x-source-agent': 'a1', 'x-session-id': 's1' } },
      );
      expect(completion.choices[0]?.message.content).toBe(text);
      expect(provider.calls[0]?.headers).toMatchObject({
        'x-trace-id': 't1',
        'x-source-agent': 'a1',
        'x-session-id': 's1',
      });
      const limited = clientOf(running).chat.completions.create({ model: 'me', messages: HI });
      await expect(limited).rejects.toMatchObject({ status: 429, code: 'rate_limit' });
      expect(provider.calls).toHaveLength(2);
    } finally {
      await running.close();
      await provider.close();
    }
  });

  it(
    'needs the token as its API key',
    served(
      TALKATIVE,
      async (running) => {
        const body = { model: 'me', messages: HI };
        const wrong = clientOf(running, { apiKey: 'no' }).chat.completions.create(body);
        await expect(wrong).rejects.toBeInstanceOf(AuthenticationError);
        const right = await clientOf(running, { apiKey: 'secret-token' }).chat.completions.create(body);
        expect(right.choices).toHaveLength(1);
      },
      { token: 'secret-token' },
    ),
  );

  it(
    'tries again by itself where no run was made',
    served(TALKATIVE, async (running) => {
      running.setDraining();
      const create = clientOf(running, { maxRetries: 0 }).chat.completions.create({
        model: 'me',
        messages: HI,
      });
      const raised = await create.catch((caught: unknown) => caught);
      expect(raised).toBeInstanceOf(InternalServerError);
      expect(raised).not.toBeInstanceOf(APIConnectionError);
      expect((raised as InstanceType<typeof InternalServerError>).headers.get('x-should-retry')).toBeNull();
    }),
  );
});

function TOOL() {
  return { type: 'function', function: { name: 'f', parameters: {} } };
}
