import { describe, expect, it } from '@jest/globals';
import type { GatewayApi } from '../../src/config/types.js';
import { type CallRequest, readCall } from '../../src/gateway/call-request.js';
import { errorAnswer } from '../../src/gateway/refusals.js';
import { openedBy } from '../../src/gateway/routes.js';
import { worstCase } from '../../src/gateway/worst-case.js';
import { modelOf } from './world.js';

describe('the open paths', () => {
  it.each([
    ['anthropic-messages', 'POST', '/v1/messages', 'call'],
    ['anthropic-messages', 'POST', '/messages', 'call'],
    ['anthropic-messages', 'GET', '/v1/messages', null],
    ['anthropic-messages', 'POST', '/v1/messages/count_tokens', 'free'],
    ['anthropic-messages', 'POST', '/v1/messages/batches', null],
    ['anthropic-messages', 'POST', '/v1/complete', null],
    ['anthropic-messages', 'GET', '/v1/models/claude-1', 'free'],
    ['openai-chat', 'POST', '/v1/chat/completions', 'call'],
    ['openai-chat', 'POST', '/v1/responses', null],
    ['openai-chat', 'POST', '/v1/embeddings', null],
    ['openai-chat', 'GET', '/models/acme/a:free', 'free'],
    ['openai-responses', 'POST', '/responses', 'call'],
    ['openai-responses', 'POST', '/responses/compact', null],
    ['openai-responses', 'POST', '/v1/responses/input_tokens', 'free'],
    ['gemini', 'POST', '/v1beta/models/gemini-1:streamGenerateContent', 'call'],
    ['gemini', 'POST', '/v1/projects/p-1/locations/eu/publishers/google/models/g:generateContent', 'call'],
    ['gemini', 'POST', '/v1beta/models/g:countTokens', 'free'],
    ['gemini', 'POST', '/v1beta/models/g:batchGenerateContent', null],
    ['gemini', 'POST', '/v1beta/../models/g:generateContent', null],
    ['gemini', 'GET', '/v1beta/models', 'free'],
  ] as const)('of %s: %s %s is %s', (api, method, path, kind) => {
    expect(openedBy(api, { method, path })?.kind ?? null).toBe(kind);
  });

  it('name the model of Gemini', () => {
    expect(openedBy('gemini', { method: 'POST', path: '/v1/models/a%2Fb:generateContent' })).toEqual({
      kind: 'call',
      model: 'a/b',
    });
  });
});

function read(api: GatewayApi, body: object, model: string | null = null): CallRequest | null {
  return readCall(api, { body: Buffer.from(JSON.stringify(body)), model });
}

describe('a call', () => {
  it.each<[GatewayApi, object, Partial<CallRequest>]>([
    [
      'anthropic-messages',
      { model: 'm', max_tokens: 7 },
      { model: 'm', outputTokens: 7, answers: 1, cacheWrites: 'none' },
    ],
    [
      'anthropic-messages',
      { system: [{ type: 'text', text: 'a', cache_control: { type: 'ephemeral' } }] },
      { cacheWrites: 'short' },
    ],
    [
      'anthropic-messages',
      { a: { cache_control: { ttl: '1h' } }, b: { cache_control: {} } },
      { cacheWrites: 'hour' },
    ],
    ['anthropic-messages', { service_tier: 'standard_only' }, { otherTier: null }],
    ['anthropic-messages', { speed: 'fast' }, { otherTier: 'fast' }],
    ['openai-chat', { max_tokens: 5, max_completion_tokens: 6, n: 3 }, { outputTokens: 6, answers: 3 }],
    ['openai-chat', { service_tier: 'priority' }, { otherTier: 'priority' }],
    ['openai-responses', { max_output_tokens: 9 }, { outputTokens: 9, cacheWrites: 'hour' }],
    [
      'gemini',
      { generationConfig: { maxOutputTokens: 4, candidateCount: 2 } },
      { outputTokens: 4, answers: 2 },
    ],
  ])('of %s: %j', (api, body, expected) => {
    expect(read(api, body)).toMatchObject(expected);
  });

  it('has at most a token for each byte, and more for tools and images', () => {
    const bare = { model: 'm', messages: [{ role: 'user', content: 'é' }] };
    const bytes = Buffer.byteLength(JSON.stringify(bare));
    expect(read('anthropic-messages', bare)?.inputTokens).toBe(bytes);
    const tools = [{ name: 'a', input_schema: {} }];
    expect(read('anthropic-messages', { ...bare, tools })?.inputTokens).toBeGreaterThan(bytes + 1000);
    const image = {
      type: 'image',
      source: { type: 'base64', media_type: 'image/png', data: 'A'.repeat(3_000_000) },
    };
    const seen =
      read('anthropic-messages', { messages: [{ role: 'user', content: [image] }] })?.inputTokens ?? 0;
    expect(seen).toBeGreaterThan(10_000);
    expect(seen).toBeLessThan(11_000);
  });

  it.each<[GatewayApi, object]>([
    [
      'anthropic-messages',
      { messages: [{ content: [{ type: 'document', source: { type: 'url', url: 'x' } }] }] },
    ],
    ['anthropic-messages', { tools: [{ type: 'web_search_20250305', name: 'web_search' }] }],
    ['openai-responses', { previous_response_id: 'r' }],
    ['openai-responses', { tools: [{ type: 'file_search' }] }],
    ['openai-chat', { web_search_options: {} }],
    ['gemini', { cachedContent: 'c' }],
    ['gemini', { tools: [{ googleSearch: {} }] }],
    ['gemini', { contents: [{ parts: [{ inlineData: { mimeType: 'video/mp4', data: 'AA' } }] }] }],
  ])('of %s with input that is not in its body is not bounded by that: %j', (api, body) => {
    expect(read(api, body)?.inputTokens).toBeNull();
  });

  it.each<[GatewayApi, object]>([
    [
      'openai-responses',
      { tools: [{ type: 'function', name: 'f' }, { type: 'local_shell' }, { type: 'custom', name: 'c' }] },
    ],
    ['gemini', { tools: [{ functionDeclarations: [] }] }],
    [
      'anthropic-messages',
      {
        tools: [
          { name: 'a', input_schema: {} },
          { type: 'bash_20250124', name: 'bash' },
        ],
      },
    ],
  ])('of %s with tools of the caller is: %j', (api, body) => {
    expect(read(api, body)?.inputTokens).not.toBeNull();
  });

  it('that is no JSON object is not read', () => {
    expect(readCall('openai-chat', { body: Buffer.from('[1]'), model: null })).toBeNull();
    expect(readCall('openai-chat', { body: Buffer.from('{"a":'), model: null })).toBeNull();
  });
});

describe('the worst case of a call', () => {
  const call: CallRequest = {
    model: 'm',
    inputTokens: 1000,
    outputTokens: 100,
    answers: 1,
    cacheWrites: 'none',
    otherTier: null,
  };
  it.each<[string, Partial<CallRequest>, Parameters<typeof modelOf>[1], object]>([
    ['input and answer', {}, {}, { microUsd: 1000 * 10 + 100 * 30 }],
    ['several answers', { answers: 3 }, {}, { microUsd: 1000 * 10 + 300 * 30 }],
    ['input that is written to a cache', { cacheWrites: 'short' }, {}, { microUsd: 1000 * 12.5 + 100 * 30 }],
    ['to one of an hour', { cacheWrites: 'hour' }, {}, { microUsd: 1000 * 20 + 100 * 30 }],
    ['never more than the window', { inputTokens: 1e9 }, { contextWindow: 2000 }, { inputTokens: 2000 }],
    ['a whole window of unknown input', { inputTokens: null }, {}, { inputTokens: 100_000 }],
    ['the limit of the model', { outputTokens: null }, { maxOutputTokens: 50 }, { outputTokens: 50 }],
    ['a whole window without any limit', { outputTokens: null }, {}, { outputTokens: 100_000 }],
    [
      'nothing without a limit and a window',
      { outputTokens: null },
      { contextWindow: null },
      { missing: 'output_limit' },
    ],
    ['nothing without a price', {}, { price: null }, { missing: 'price' }],
    ['nothing of another tier', { otherTier: 'priority' }, {}, { missing: 'tier' }],
    [
      'the price of its size',
      { inputTokens: 3000 },
      {
        price: {
          input: 10,
          output: 30,
          cacheRead: null,
          cacheWrite: null,
          cacheWrite1h: null,
          above: [{ inputTokens: 2000, input: 20, output: 60 }],
        },
      },
      { microUsd: 3000 * 20 + 100 * 60 },
    ],
  ])('is %s', (_, more, model, expected) => {
    expect(worstCase({ ...call, ...more }, modelOf('m', model))).toMatchObject(expected);
  });
});

describe('a refusal', () => {
  it.each([
    ['anthropic-messages', { type: 'error', error: { type: 'billing_error', message: 'llm-router: no' } }],
    [
      'openai-chat',
      {
        error: {
          message: 'llm-router: no',
          type: 'invalid_request_error',
          param: null,
          code: 'budget_exceeded',
        },
      },
    ],
    [
      'openai-responses',
      {
        error: {
          message: 'llm-router: no',
          type: 'invalid_request_error',
          param: null,
          code: 'budget_exceeded',
        },
      },
    ],
    ['gemini', { error: { code: 402, message: 'llm-router: no', status: 'FAILED_PRECONDITION' } }],
  ] as const)('has the form of %s', (api, body) => {
    const answer = errorAnswer(api, { status: 402, code: 'budget_exceeded', message: 'no' });
    expect([answer.status, JSON.parse(answer.body)]).toEqual([402, body]);
    expect(answer.headers['x-should-retry']).toBe('false');
  });
});
