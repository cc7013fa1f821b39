import { describe, expect, it } from '@jest/globals';
import type { RunEvent } from '../../../src/domain/events.js';
import type { Invocation } from '../../../src/domain/invocation.js';
import type { Request, Resume } from '../../../src/domain/request.js';
import { configOf } from '../../rig/config.js';
import {
  frame,
  type ProviderCall,
  plain,
  type Reply,
  responseEvents,
  startProvider,
  stream,
} from '../../rig/provider.js';
import { bodyFor, complete, KEY, requestFor } from './complete.js';

const CLOSED =
  '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}';
const USAGE = {
  input_tokens: 1500,
  input_tokens_details: { cached_tokens: 400, cache_write_tokens: 100 },
  output_tokens: 800,
  output_tokens_details: { reasoning_tokens: 300 },
  total_tokens: 2300,
};

const config = (url: string, { tool = '', model = '' } = {}) =>
  configOf(`
default_agent: a
agents: { a: { preferred_tool: api, preferred_model: m } }
tools: { api: { kind: http, api: openai-responses, base_url: '${url}', api_key_env: API_KEY, models: [m], ${tool} } }
models: { m: { id: m-1, cost_per_1m_tokens: { input: 2, output: 10, cache_read: 0.1, cache_write: 2.5 }, ${model} } }
policies: { default: { retry: { max_retries: 0 }} }
`);

/** Runs a request at a provider that answers with this reply. */
async function run(
  reply: Reply,
  {
    request = {},
    onEvent,
    ...more
  }: { tool?: string; request?: Partial<Request>; onEvent?: (event: RunEvent) => void } = {},
): Promise<{ invocation: Invocation; call: ProviderCall | undefined }> {
  const provider = await startProvider([reply]);
  try {
    const options = onEvent === undefined ? {} : { onEvent };
    const invocation = await complete(config(`${provider.url}/v1`, more), request, options);
    return { invocation, call: provider.calls[0] };
  } finally {
    await provider.close();
  }
}

const RESUME: Resume = {
  invocationId: 'i',
  tool: 'api',
  model: 'm',
  toolSessionId: 'resp_0',
  totals: { usage: null, costMicroUsd: null },
};

describe('a request to Responses', () => {
  it('holds nothing that was not requested', async () => {
    const { call, invocation } = await run(stream(responseEvents(['hi'])));
    expect(invocation.failure).toBeNull();
    expect(call?.path).toBe('/v1/responses');
    expect(call?.headers).toMatchObject({ authorization: `Bearer ${KEY}` });
    expect(call?.body).toEqual({ model: 'm-1', input: [{ role: 'user', content: 'hello' }], stream: true });
  });

  it.each([
    ['https://api.openai.com', 'https://api.openai.com/v1/responses'],
    ['https://api.openai.com/', 'https://api.openai.com/v1/responses'],
    ['https://api.openai.com/v1/', 'https://api.openai.com/v1/responses'],
    ['https://openrouter.ai/api/v1', 'https://openrouter.ai/api/v1/responses'],
    [
      'https://me.openai.azure.com/openai/v1?api-version=preview',
      'https://me.openai.azure.com/openai/v1/responses?api-version=preview',
    ],
  ])('goes from the base URL `%s` to `%s`', async (base, url) => {
    expect((await requestFor(config(base)))?.url).toBe(url);
  });

  it('holds every option that was given', async () => {
    const body = await bodyFor(config('https://api.openai.com/v1'), {
      system: 'S',
      messages: [
        { role: 'system', text: 'be brief' },
        { role: 'user', text: 'one?' },
        { role: 'assistant', text: 'two' },
      ],
      prompt: 'three?',
      maxTokens: 70,
      temperature: 0,
      effort: 'low',
      schema: CLOSED,
    });
    expect(body).toEqual({
      model: 'm-1',
      instructions: 'S\n\nbe brief',
      input: [
        { role: 'user', content: 'one?' },
        { role: 'assistant', content: 'two' },
        { role: 'user', content: 'three?' },
      ],
      max_output_tokens: 70,
      temperature: 0,
      reasoning: { effort: 'low' },
      text: { format: { type: 'json_schema', name: 'answer', strict: true, schema: JSON.parse(CLOSED) } },
      stream: true,
    });
  });

  it('puts a schema also into the prompt for servers that may not hold it', async () => {
    const body = await bodyFor(config('http://localhost:1234'), { schema: '{"type":"object"}' });
    expect(body).toMatchObject({ text: { format: { strict: false } } });
    expect(JSON.stringify(body)).toContain('satisfies this JSON Schema');
  });

  it('merges `extra_body` into its parts, and does not stream when the tool turns that off', async () => {
    const tool = 'extra_body: { stream: false, store: false, reasoning: { summary: auto } }';
    const body = await bodyFor(config('https://api.openai.com', { tool }), { effort: 'high' });
    expect(body).toMatchObject({
      stream: false,
      store: false,
      reasoning: { effort: 'high', summary: 'auto' },
    });
  });

  it('has no place for texts at which the answer ends', async () => {
    const { invocation, call } = await run(stream(responseEvents(['hi'])), { request: { stop: ['END'] } });
    expect(JSON.stringify(call?.body)).not.toContain('END');
    expect(invocation.plan.ignored).toEqual([
      { option: 'stop', tool: 'api', detail: 'the API of `api` does not support it' },
    ]);
  });

  it('is used for a model of a tool with another protocol', async () => {
    const provider = await startProvider([stream(responseEvents(['ok']))]);
    const invocation = await complete(
      configOf(`
default_agent: a
agents: { a: { preferred_tool: api } }
tools: { api: { kind: http, api: openai-chat, base_url: '${provider.url}/v1', models: [m] } }
models: { m: { api: openai-responses } }
`),
    );
    await provider.close();
    expect([invocation.text, provider.calls[0]?.path]).toEqual(['ok', '/v1/responses']);
  });

  it('is what the refusal of another protocol says to use', async () => {
    const message = 'This model is only supported in v1/responses and not in v1/chat/completions.';
    const provider = await startProvider([plain(404, { error: { message, code: null } })]);
    const chat = `tools: { api: { kind: http, api: openai-chat, base_url: '${provider.url}', models: [m] } }`;
    const { failure } = await complete(configOf(chat), { tool: 'api' });
    await provider.close();
    expect(failure).toMatchObject({
      type: 'model_not_found',
      hint: expect.stringMatching(/^set `api: openai-responses` for `m` in `models`/),
    });
  });
});

describe('an answer of Responses', () => {
  it('is shown as it comes, without reasoning and remarks, to the micro-dollar', async () => {
    const [created, ...rest] = responseEvents(['a', 'b'], { usage: USAGE });
    const remark = [
      {
        type: 'response.output_item.added',
        output_index: 7,
        item: { type: 'message', phase: 'commentary', content: [] },
      },
      { type: 'response.output_text.delta', output_index: 7, delta: 'let me see' },
      { type: 'response.reasoning_summary_text.delta', output_index: 0, delta: 'hm' },
    ];
    const deltas: string[] = [];
    const { invocation } = await run(stream([created, ...remark, ...rest]), {
      onEvent: (event) => {
        if (event.type === 'output.delta') deltas.push(event.text);
      },
    });
    expect(deltas).toEqual(['a', 'b']);
    expect(invocation).toMatchObject({
      status: 'succeeded',
      text: 'ab',
      finishReason: 'stop',
      responseModel: 'm-2026',
      warnings: [],
      usage: { inputTokens: 1000, cacheReadTokens: 400, cacheWriteTokens: 100, outputTokens: 800 },
      // 1000 * 2 + 400 * 0.1 + 100 * 2.5 + 800 * 10
      cost: { chargedMicroUsd: 10_290, basis: 'computed' },
    });
  });

  it.each<[string, Reply]>([
    ['one piece', plain(200, (responseEvents(['a', 'b']).at(-1) as { response: object }).response)],
    ['its last event alone', stream(responseEvents(['a', 'b']).slice(-1))],
    [
      'a stream that stays open behind its end',
      async ({ head, write }) => {
        head(200, { 'content-type': 'text/event-stream' });
        for (const event of responseEvents(['ab'])) await write(frame(event));
      },
    ],
    [
      'a stream with an error behind its end',
      stream([...responseEvents(['ab']), { type: 'error', code: 'server_error', message: 'late' }]),
    ],
  ])('is read from %s', async (_, reply) => {
    const { invocation } = await run(reply, { tool: 'idle_timeout: 20s' });
    expect(invocation).toMatchObject({ status: 'succeeded', text: 'ab', usage: { inputTokens: 11 } });
  });

  it('that is incomplete was cut off by its limit', async () => {
    const { invocation } = await run(stream(responseEvents(['hi'], { finish: 'max_output_tokens' })));
    expect(invocation).toMatchObject({ status: 'succeeded', text: 'hi', finishReason: 'length' });
    expect(invocation.warnings).toHaveLength(1);
  });

  it('that failed keeps its usage', async () => {
    const failed = {
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'server_error', message: 'boom' }, usage: USAGE },
    };
    const { invocation } = await run(stream([...responseEvents(['half']).slice(0, 4), failed]));
    expect(invocation.attempts[0]).toMatchObject({
      failure: { type: 'provider_error' },
      usage: { outputTokens: 800 },
      cost: { chargedMicroUsd: 10_290 },
    });
  });
});

describe('a session of Responses', () => {
  it('is the id of the answer, which a later request continues', async () => {
    const { invocation } = await run(stream(responseEvents(['hi'])));
    expect(invocation.toolSessionId).toBe('resp_1');
    const next = await run(stream(responseEvents(['more'])), {
      request: { resume: RESUME, system: 'S' },
    });
    expect(next.invocation.failure).toBeNull();
    expect(next.call?.body).toMatchObject({
      previous_response_id: 'resp_0',
      instructions: 'S',
      input: [{ role: 'user', content: 'hello' }],
    });
  });

  it.each<[string, Reply]>([
    ['that the provider does not store', stream(responseEvents(['hi'], { store: false }))],
    [
      'of a server that says nothing about storing',
      plain(200, {
        id: 'r',
        status: 'completed',
        output: [{ content: [{ type: 'output_text', text: 'hi' }] }],
      }),
    ],
  ])('is none for an answer %s', async (_, reply) => {
    expect((await run(reply)).invocation).toMatchObject({ status: 'succeeded', toolSessionId: null });
  });

  it('is refused for a model with another protocol', async () => {
    const { failure } = await complete(config('http://127.0.0.1:1', { model: 'api: openai-chat' }), {
      resume: RESUME,
    });
    expect(failure).toMatchObject({
      message: '`api` cannot continue a session',
      hint: 'only APIs with `api: openai-responses` keep answers; send the whole conversation as a prompt',
    });
  });
});
