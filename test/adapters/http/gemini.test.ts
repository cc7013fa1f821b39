import { describe, expect, it } from '@jest/globals';
import { geminiUsage } from '../../../src/adapters/http/usage.js';
import type { RunEvent } from '../../../src/domain/events.js';
import type { Invocation } from '../../../src/domain/invocation.js';
import type { Request } from '../../../src/domain/request.js';
import { configOf } from '../../rig/config.js';
import {
  frame,
  geminiEvents,
  type ProviderCall,
  plain,
  type Reply,
  startProvider,
  stream,
} from '../../rig/provider.js';
import { bodyFor, complete, KEY, requestFor } from './complete.js';

const CLOSED =
  '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}';
const PRICE = '{ input: 2, output: 10, cache_read: 0.1 }';
const USAGE = {
  promptTokenCount: 1400,
  cachedContentTokenCount: 400,
  candidatesTokenCount: 500,
  thoughtsTokenCount: 300,
  totalTokenCount: 2200,
};

/** Runs a request at a provider that answers with this reply. */
async function run(
  reply: Reply,
  {
    tool = '',
    request = {},
    onEvent,
  }: {
    tool?: string;
    request?: Partial<Request>;
    onEvent?: (event: RunEvent) => void;
  } = {},
): Promise<{ invocation: Invocation; call: ProviderCall | undefined }> {
  const provider = await startProvider([reply]);
  try {
    const invocation = await complete(
      configOf(`
default_agent: a
agents: { a: { preferred_tool: api, preferred_model: m } }
tools: { api: { kind: http, api: gemini, base_url: '${provider.url}/v1beta', api_key_env: API_KEY, models: [m], ${tool} } }
models: { m: { id: gemini-3.8-flash, cost_per_1m_tokens: ${PRICE} } }
policies: { default: { retry: { max_retries: 0 } } }
`),
      request,
      onEvent === undefined ? {} : { onEvent },
    );
    return { invocation, call: provider.calls[0] };
  } finally {
    await provider.close();
  }
}

interface Asked {
  id?: string;
  path?: string;
  tool?: string;
}

/** A config with one model at one provider that is never called. */
const configFor = ({ id = 'gemini-3.8-flash', path = '', tool = '' }: Asked) =>
  configOf(`
agents: { a: { preferred_tool: api, preferred_model: m } }
tools: { api: { kind: http, api: gemini, base_url: 'https://api.example.test${path}', models: [m], ${tool} } }
models: { m: { provider: google, id: '${id}' } }
`);

const bodyOf = (request: Partial<Request>, asked: Asked = {}) => bodyFor(configFor(asked), request);
const urlOf = async (asked: Asked) => (await requestFor(configFor(asked)))?.url;

describe('a request to Gemini', () => {
  it('has the key in a header, and the model and nothing secret in the URL', async () => {
    const { call, invocation } = await run(stream(geminiEvents(['hi'])));
    expect(invocation.failure).toBeNull();
    expect(call?.path).toBe('/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse');
    expect(call?.headers).toMatchObject({ 'x-goog-api-key': KEY });
    expect(call?.headers.authorization).toBeUndefined();
    expect(call?.body).toEqual({ contents: [{ role: 'user', parts: [{ text: 'hello' }] }] });
  });

  it.each([
    ['', '/v1beta'],
    ['/', '/v1beta'],
    ['/v1beta/', '/v1beta'],
    ['/v1', '/v1'],
    ['/v1alpha', '/v1alpha'],
    ['/v1/account/gateway/google-ai-studio', '/v1/account/gateway/google-ai-studio/v1beta'],
    ['/v1/publishers/google', '/v1/publishers/google'],
  ])('goes from the base URL `%s` to `%s`', async (path, base) => {
    expect(await urlOf({ path })).toBe(
      `https://api.example.test${base}/models/gemini-3.8-flash:streamGenerateContent?alt=sse`,
    );
  });

  it.each([
    ['models/gemini-x', 'models/gemini-x'],
    ['tunedModels/mine', 'tunedModels/mine'],
    ['gemini-x/../../other?key=1', 'models/gemini-x%2F..%2F..%2Fother%3Fkey%3D1'],
  ])('keeps the model id `%s` in one part of the path', async (id, part) => {
    expect(await urlOf({ id })).toBe(`https://api.example.test/v1beta/${part}:streamGenerateContent?alt=sse`);
  });

  it('holds every option that was given', async () => {
    const body = await bodyOf({
      system: 'S',
      messages: [
        { role: 'system', text: 'be brief' },
        { role: 'user', text: 'one?' },
        { role: 'assistant', text: 'two' },
      ],
      prompt: 'three?',
      maxTokens: 7,
      temperature: 0,
      effort: 'low',
      stop: ['END'],
      schema: CLOSED,
    });
    expect(body).toEqual({
      systemInstruction: { parts: [{ text: 'S\n\nbe brief' }] },
      contents: [
        { role: 'user', parts: [{ text: 'one?' }] },
        { role: 'model', parts: [{ text: 'two' }] },
        { role: 'user', parts: [{ text: 'three?' }] },
      ],
      generationConfig: {
        maxOutputTokens: 7,
        temperature: 0,
        stopSequences: ['END'],
        thinkingConfig: { thinkingLevel: 'low' },
        responseMimeType: 'application/json',
        responseJsonSchema: JSON.parse(CLOSED),
      },
    });
  });

  it('puts a schema that the API would refuse into the prompt', async () => {
    const body = await bodyOf({ schema: '{"type":"object","minProperties":1}' });
    expect(body).toMatchObject({ generationConfig: { responseMimeType: 'application/json' } });
    expect(JSON.stringify(body)).not.toContain('responseJsonSchema');
    expect(JSON.stringify(body)).toContain('minProperties');
  });

  it.each([
    ['gemini-3.8-flash', { thinkingLevel: 'high' }],
    ['gemini-2.5-pro', { thinkingBudget: 24576 }],
    ['models/gemini-2.5-flash', { thinkingBudget: 24576 }],
    ['gemini-2.0-flash', undefined],
    ['gemini-1.5-pro', undefined],
  ])('to %s has the effort %j', async (id, thinkingConfig) => {
    const body = (await bodyOf({ effort: 'high' }, { id })) as { generationConfig?: object };
    expect(body.generationConfig).toEqual(thinkingConfig && { thinkingConfig });
  });

  it('merges `extra_body` into its generation config', async () => {
    const tool =
      'extra_body: { safetySettings: [], generationConfig: { topK: 5, temperature: 1, maxOutputTokens: null } }';
    expect(await bodyOf({ maxTokens: 7, temperature: 0, effort: 'low' }, { tool })).toMatchObject({
      safetySettings: [],
      generationConfig: { topK: 5, temperature: 1, thinkingConfig: { thinkingLevel: 'low' } },
    });
    expect(JSON.stringify(await bodyOf({ maxTokens: 7 }, { tool }))).not.toContain('maxOutputTokens');
  });

  it('does not stream when the tool turns that off', async () => {
    const whole = {
      candidates: [{ content: { parts: [{ text: 'o' }, { text: 'k' }] }, finishReason: 'STOP' }],
    };
    const { call, invocation } = await run(plain(200, whole), { tool: 'extra_body: { stream: false }' });
    expect(invocation.text).toBe('ok');
    expect(call?.path).toBe('/v1beta/models/gemini-3.8-flash:generateContent');
    expect(call?.body).toEqual({ contents: [{ role: 'user', parts: [{ text: 'hello' }] }] });
  });
});

describe('an answer of Gemini', () => {
  it('is shown as it comes, without its thoughts, and is billed with them', async () => {
    const [first, ...rest] = geminiEvents(['a', 'b'], { usage: USAGE });
    const thought = { candidates: [{ content: { parts: [{ text: 'hm', thought: true }] }, index: 0 }] };
    const other = { candidates: [{ content: { parts: [{ text: 'other' }] }, index: 1 }] };
    const deltas: string[] = [];
    const { invocation } = await run(stream([thought, first, other, ...rest]), {
      onEvent: (event) => {
        if (event.type === 'output.delta') deltas.push(event.text);
      },
    });
    expect(deltas).toEqual(['a', 'b']);
    expect(invocation).toMatchObject({
      status: 'succeeded',
      text: 'ab',
      finishReason: 'stop',
      responseModel: 'gemini-2026',
      warnings: [],
      usage: { inputTokens: 1000, cacheReadTokens: 400, outputTokens: 800, reasoningTokens: 300 },
      // 1000 * 2 + 400 * 0.1 + 800 * 10
      cost: { chargedMicroUsd: 10_040, basis: 'computed' },
    });
    expect(invocation.attempts[0]?.requestId).toBe('resp-g');
  });

  it.each<[string, Reply]>([
    ['a list, where a gateway drops `alt=sse`', plain(200, geminiEvents(['a', 'b'], { usage: USAGE }))],
    [
      'a stream that stays open behind its end',
      async ({ head, write }) => {
        head(200, { 'content-type': 'text/event-stream' });
        for (const event of geminiEvents(['ab'], { usage: USAGE })) await write(frame(event));
      },
    ],
    [
      'a stream whose usage follows its end',
      stream([...geminiEvents(['ab'], { usage: {} }), { usageMetadata: USAGE, modelVersion: 'gemini-2026' }]),
    ],
    [
      'a stream with an error behind its end',
      stream([...geminiEvents(['ab'], { usage: USAGE }), { error: { code: 500, message: 'late' } }]),
    ],
  ])('is read from %s', async (_, reply) => {
    const { invocation } = await run(reply, { tool: 'idle_timeout: 20s' });
    expect(invocation).toMatchObject({ status: 'succeeded', text: 'ab', usage: { outputTokens: 800 } });
  });

  it.each([
    ['MAX_TOKENS', 'length'],
    ['STOP', 'stop'],
    ['OTHER', 'unknown'],
    ['LANGUAGE', 'unknown'],
  ])('that ends with %s is %s', async (finish, reason) => {
    const { invocation } = await run(stream(geminiEvents(['hi'], { finish })));
    expect(invocation).toMatchObject({ status: 'succeeded', finishReason: reason });
    expect(invocation.warnings).toHaveLength(reason === 'stop' ? 0 : 1);
  });

  it.each([
    ['serviceTier', 'flex'],
    ['trafficType', 'ON_DEMAND_PRIORITY'],
  ])('of another tier (%s) has an unknown cost', async (key, tier) => {
    const { invocation } = await run(stream(geminiEvents(['hi'], { usage: { ...USAGE, [key]: tier } })));
    expect(invocation.cost).toMatchObject({ basis: 'unknown' });
    expect(invocation.warnings).toEqual([
      `\`api\` answered in the tier \`${tier.toLowerCase()}\`, whose price is unknown, so the cost is unknown`,
    ]);
  });

  it('that broke off has an unknown cost', async () => {
    const { invocation } = await run(stream(geminiEvents(['half']).slice(0, -1)));
    expect(invocation.attempts[0]).toMatchObject({
      failure: { type: 'invalid_response' },
      usage: { outputTokens: null },
      cost: { basis: 'unknown' },
    });
  });
});

describe('the usage of Gemini', () => {
  it.each([
    ['everything', USAGE, [1000, 400, null, null, 800, 300]],
    ['no thoughts', { promptTokenCount: 7, candidatesTokenCount: 3 }, [7, null, null, null, 3, null]],
    [
      'thoughts without a total',
      { promptTokenCount: 7, candidatesTokenCount: 3, thoughtsTokenCount: 5 },
      [7, null, null, null, 8, 5],
    ],
    [
      'thoughts that the total holds inside the answer',
      { promptTokenCount: 7, candidatesTokenCount: 8, thoughtsTokenCount: 5, totalTokenCount: 15 },
      [7, null, null, null, 8, 5],
    ],
    [
      'nothing but thoughts',
      { promptTokenCount: 7, thoughtsTokenCount: 5, totalTokenCount: 12 },
      [7, null, null, null, 5, 5],
    ],
    [
      'the input of its tools',
      { promptTokenCount: 7, toolUsePromptTokenCount: 4, candidatesTokenCount: 3 },
      [11, null, null, null, 3, null],
    ],
    [
      'thoughts in the total alone',
      { promptTokenCount: 7, candidatesTokenCount: 3, totalTokenCount: 15 },
      [7, null, null, null, 8, 5],
    ],
    ['numbers that are no counts', { promptTokenCount: 1e300, candidatesTokenCount: -3 }, null],
    ['nothing', {}, null],
  ])('with %s', (_, usage, counts) => {
    expect(Object.values(geminiUsage(usage) ?? {})).toEqual(counts ?? []);
  });
});
