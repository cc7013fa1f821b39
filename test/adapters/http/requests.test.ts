// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of a configuration
import { describe, expect, it } from '@jest/globals';
import type { Request } from '../../../src/domain/request.js';
import { configOf } from '../../rig/config.js';
import { chatEvents, messageEvents, type ProviderCall, startProvider, stream } from '../../rig/provider.js';
import { bodyFor, complete, KEY, requestFor } from './complete.js';

type Api = 'openai-chat' | 'anthropic-messages';

/** The HTTP call of a request. */
async function callOf(
  api: Api,
  request: Partial<Request> = {},
  more: { tool?: string; model?: string; agent?: string; env?: Record<string, string> } = {},
): Promise<ProviderCall> {
  const events = api === 'openai-chat' ? chatEvents(['{"a":"b"}']) : messageEvents(['{"a":"b"}']);
  const provider = await startProvider([stream(events)]);
  const invocation = await complete(
    configOf(`
default_agent: a
agents: { a: { preferred_tool: api, preferred_model: m, ${more.agent ?? ''} } }
tools: { api: { kind: http, api: ${api}, base_url: '${provider.url}/v1', api_key_env: [NOT_SET, API_KEY], models: [m], ${more.tool ?? ''} } }
models: { m: { id: m-1, ${more.model ?? ''} } }
`),
    request,
    { env: more.env ?? {} },
  );
  await provider.close();
  expect(invocation.failure).toBeNull();
  const [call] = provider.calls;
  if (call === undefined) throw new Error('the provider was not called');
  return call;
}

const CONVERSATION = [
  { role: 'system' as const, text: 'be brief' },
  { role: 'user' as const, text: 'one?' },
  { role: 'assistant' as const, text: 'two' },
  { role: 'system' as const, text: 'and kind' },
];

describe('a request in the format of OpenAI', () => {
  it('holds nothing that was not requested', async () => {
    const { path, body } = await callOf('openai-chat');
    expect(path).toBe('/v1/chat/completions');
    expect(body).toEqual({
      model: 'm-1',
      messages: [{ role: 'user', content: 'hello' }],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('holds no key where none is set and none is required', async () => {
    const { headers } = await callOf(
      'openai-chat',
      {},
      { tool: 'api_key_required: false', env: { API_KEY: '' } },
    );
    expect(headers.authorization).toBeUndefined();
  });

  it('leaves out what the tool takes away', async () => {
    const { body } = await callOf(
      'openai-chat',
      { maxTokens: 7 },
      { tool: 'extra_body: { max_tokens: null, stream_options: null, limit: 7 }' },
    );
    expect(Object.keys(body)).toEqual(['model', 'messages', 'stream', 'limit']);
  });

  it.each([
    ['https://api.openai.com/v1', 'max_completion_tokens'],
    ['https://me.openai.azure.com/openai/v1', 'max_completion_tokens'],
    ['https://me.services.ai.azure.com/models', 'max_completion_tokens'],
    ['https://eu.api.openai.com/v1', 'max_completion_tokens'],
    ['https://me.openai.azure.com./openai/v1', 'max_completion_tokens'],
    ['https://evilapi.openai.com/v1', 'max_tokens'],
    ['https://openai.azure.com.evil.test/v1', 'max_tokens'],
    ['https://openrouter.ai/api/v1', 'max_tokens'],
    ['https://me.azure-api.test/openai', 'max_completion_tokens', 'gpt-5-mini'],
    ['https://gateway.test/v1', 'max_completion_tokens', 'azure/openai/o3-mini'],
    ['https://gateway.test/v1', 'max_completion_tokens', 'gpt-5.1'],
    ['https://openrouter.ai/api/v1', 'max_tokens', 'openai/gpt-5'],
    ['https://gateway.test/v1', 'max_tokens', 'openai/gpt-oss-120b'],
    ['https://gateway.test/v1', 'max_tokens', 'gpt-4o'],
    ['https://gateway.test/v1', 'max_tokens', 'o1x-of-another'],
  ])('of %s limits the answer by %s', async (url, key, id = 'm') => {
    const config = configOf(`
agents: { a: { preferred_tool: api } }
tools: { api: { kind: http, api: openai-chat, base_url: '${url}', models: [m] } }
models: { m: { provider: acme, id: '${id}' } }
`);
    expect(await bodyFor(config, { maxTokens: 7 })).toMatchObject({ [key]: 7 });
  });

  it.each([
    ['openai-chat', 'gpt-6-luna', '', 'low'],
    ['openai-chat', 'gpt-4o-mini', '', undefined],
    ['openai-chat', 'openai/gpt-4.1', '', undefined],
    ['openai-chat', 'gpt-4o-mini', 'reasoning_effort: true', 'low'],
    ['openai-chat', 'local', 'reasoning_effort: false', undefined],
    ['anthropic-messages', 'claude-opus-5-5', '', 'low'],
    ['anthropic-messages', 'claude-3-5-haiku-latest', '', undefined],
  ])('of %s for %s (%s) has the effort %s', async (api, id, key, effort) => {
    const config = configOf(`
agents: { a: { preferred_tool: api, preferred_model: m } }
models: { m: { provider: p, id: '${id}', ${key} } }
tools: { api: { kind: http, api: ${api}, base_url: 'https://api.example.test/v1', models: [m] } }
`);
    const body = await bodyFor(config, { effort: 'low' });
    expect(effortOf(body)).toBe(effort);
  });

  it('holds every option that was given', async () => {
    const { body } = await callOf(
      'openai-chat',
      { system: 'S', maxTokens: 7, temperature: 0, effort: 'low', stop: ['END'] },
      { tool: 'extra_body: { service_tier: flex, temperature: 1 }' },
    );
    expect(body).toMatchObject({
      messages: [
        { role: 'system', content: 'S' },
        { role: 'user', content: 'hello' },
      ],
      max_tokens: 7,
      reasoning_effort: 'low',
      stop: ['END'],
      service_tier: 'flex',
      temperature: 1,
    });
  });

  it('takes a conversation turn by turn, and every part of the system', async () => {
    const { body } = await callOf(
      'openai-chat',
      { messages: CONVERSATION, prompt: 'three?' },
      { agent: 'system: of the agent' },
    );
    expect(body.messages).toEqual([
      { role: 'system', content: 'of the agent\n\nbe brief\n\nand kind' },
      { role: 'user', content: 'one?' },
      { role: 'assistant', content: 'two' },
      { role: 'user', content: 'three?' },
    ]);
  });

  it('sends a schema as a parameter, or in the prompt for servers that may not support it', async () => {
    const { body } = await callOf('openai-chat', { schema: '{"type":"object"}' });
    expect(body.response_format).toEqual({
      type: 'json_schema',
      json_schema: { name: 'answer', strict: false, schema: { type: 'object' } },
    });
    expect(JSON.stringify(body.messages)).toContain('satisfies this JSON Schema');
  });

  it('does not stream when the tool turns it off', async () => {
    const provider = await startProvider([
      ({ head, end }) => {
        head(200, { 'content-type': 'application/json' });
        end(
          JSON.stringify({
            choices: [
              {
                message: {
                  content: [
                    { type: 'text', text: 'o' },
                    { type: 'text', text: 'k' },
                  ],
                },
              },
            ],
          }),
        );
      },
    ]);
    const { text } = await complete(
      configOf(`
default_agent: a
agents: { a: { preferred_tool: api } }
tools: { api: { kind: http, api: openai-chat, base_url: '${provider.url}', models: [m], extra_body: { stream: false } } }
`),
    );
    expect({ text, body: provider.calls[0]?.body }).toEqual({
      text: 'ok',
      body: { model: 'm', messages: [{ role: 'user', content: 'hello' }], stream: false },
    });
    await provider.close();
  });
});

describe('a request in the format of Anthropic', () => {
  it('always limits the length of the answer', async () => {
    const plain = await callOf('anthropic-messages');
    expect(plain.path).toBe('/v1/messages');
    expect(plain.body).toEqual({
      model: 'm-1',
      max_tokens: 8192,
      messages: [{ role: 'user', content: 'hello' }],
      stream: true,
    });
    const known = await callOf('anthropic-messages', {}, { model: 'max_output_tokens: 500' });
    expect(known.body.max_tokens).toBe(500);
    const asked = await callOf('anthropic-messages', { maxTokens: 9 }, { model: 'max_output_tokens: 500' });
    expect(asked.body.max_tokens).toBe(9);
  });

  it('holds every option that was given', async () => {
    const schema =
      '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}';
    const { body } = await callOf('anthropic-messages', {
      system: 'S',
      messages: CONVERSATION,
      prompt: 'three?',
      temperature: 0.5,
      effort: 'high',
      stop: ['END'],
      schema,
    });
    expect(body).toMatchObject({
      system: [{ type: 'text', text: 'S\n\nbe brief\n\nand kind' }],
      messages: [
        { role: 'user', content: 'one?' },
        { role: 'assistant', content: 'two' },
        { role: 'user', content: 'three?' },
      ],
      temperature: 0.5,
      stop_sequences: ['END'],
      output_config: { effort: 'high', format: { type: 'json_schema', schema: JSON.parse(schema) } },
    });
  });

  it('puts a schema that the API would refuse into the prompt', async () => {
    const { body } = await callOf('anthropic-messages', { schema: '{"type":"object","minProperties":1}' });
    expect(body.output_config).toBeUndefined();
    expect(JSON.stringify(body.system)).toContain('minProperties');
  });

  it('is used for a model whose provider differs from the one of its tool', async () => {
    const provider = await startProvider([stream(messageEvents(['ok']))]);
    const invocation = await complete(
      configOf(`
default_agent: a
agents: { a: { preferred_tool: api } }
tools: { api: { kind: http, api: openai-chat, base_url: '${provider.url}', models: [m] } }
models: { m: { api: anthropic-messages } }
`),
    );
    expect([invocation.text, provider.calls[0]?.path]).toEqual(['ok', '/v1/messages']);
    await provider.close();
  });
});

describe('the URL of a request', () => {
  it.each<[Api, string, string]>([
    ['openai-chat', 'https://api.openai.com', 'https://api.openai.com/v1/chat/completions'],
    ['openai-chat', 'https://api.openai.com/v1/', 'https://api.openai.com/v1/chat/completions'],
    ['openai-chat', 'http://localhost:1234/', 'http://localhost:1234/v1/chat/completions'],
    ['openai-chat', 'https://api.perplexity.ai', 'https://api.perplexity.ai/chat/completions'],
    [
      'openai-chat',
      'https://models.github.ai/inference',
      'https://models.github.ai/inference/chat/completions',
    ],
    [
      'openai-chat',
      'https://me.example.test/openai?api-version=1',
      'https://me.example.test/openai/chat/completions?api-version=1',
    ],
    ['anthropic-messages', 'https://api.anthropic.com', 'https://api.anthropic.com/v1/messages'],
    ['anthropic-messages', 'https://api.anthropic.com/v1/', 'https://api.anthropic.com/v1/messages'],
    [
      'anthropic-messages',
      'https://api.deepseek.com/anthropic',
      'https://api.deepseek.com/anthropic/v1/messages',
    ],
  ])('of %s from the base URL `%s` is `%s`', async (api, base, url) => {
    const config = configOf(`
agents: { a: { preferred_tool: api } }
tools: { api: { kind: http, api: ${api}, base_url: '${base}', models: [m] } }
`);
    expect((await requestFor(config))?.url).toBe(url);
  });

  it('follows the protocol of the model where it differs from the one of its tool', async () => {
    const config = configOf(`
agents: { a: { preferred_tool: local } }
tools: { local: { kind: http, api: ollama, base_url: 'http://localhost:11434', models: [m] } }
models: { m: { api: openai-chat } }
`);
    expect((await requestFor(config))?.url).toBe('http://localhost:11434/v1/chat/completions');
  });
});

describe('headers', () => {
  it('carry the key as each API expects it, and the user agent', async () => {
    const ids = { traceId: 'trace-1', session: 'séance' };
    const chat = await callOf('openai-chat', ids);
    expect(chat.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'x-trace-id': 'trace-1',
      'x-source-agent': 'a',
      'x-session-id': 's%C3%A9ance',
      'content-type': 'application/json',
    });
    const messages = await callOf('anthropic-messages', { ...ids, sourceAgent: 'planner' });
    expect(messages.headers).toMatchObject({
      'x-api-key': KEY,
      'anthropic-version': '2023-06-01',
      'x-source-agent': 'planner',
    });
    expect(messages.headers.authorization).toBeUndefined();
  });

  it('are filled from variables, and the tool’s own win', async () => {
    const { headers } = await callOf(
      'openai-chat',
      {},
      {
        tool: "headers: { X-Team: '${TEAM:-core}', Authorization: 'Basic ${LOGIN}' }",
        env: { LOGIN: 'abc', API_KEY: `${KEY}\n` },
      },
    );
    expect(headers).toMatchObject({ 'x-team': 'core', authorization: 'Basic abc' });
  });

  it('lose the line feed behind a key', async () => {
    const { headers } = await callOf('openai-chat', {}, { env: { API_KEY: ` ${KEY}\n` } });
    expect(headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('with forbidden characters are refused before anything is sent', async () => {
    const config = configOf(
      "tools: { api: { kind: http, api: openai-chat, base_url: 'http://127.0.0.1:1', api_key_env: API_KEY, models: [m] } }",
    );
    const invocation = await complete(config, { tool: 'api' }, { env: { API_KEY: 'two\nlines' } });
    expect(invocation.failure).toMatchObject({
      type: 'authentication',
      hint: 'check the variable that it comes from',
    });
  });
});

describe('a tool whose variables are not set', () => {
  it.each([
    ['api_key_env: SOME_KEY', '`SOME_KEY` is not set, and tool `api` needs it'],
    ['api_key_env: [ONE_KEY, OTHER_KEY]', 'none of `ONE_KEY`, `OTHER_KEY` is set, and tool `api` needs one'],
    ["headers: { X-Team: '${TEAM}' }", '`TEAM` is not set, and tool `api` needs it'],
    ["base_url: '${WHERE}'", '`WHERE` is not set, and tool `api` needs it'],
    [
      "base_url: '${WHERE:-nowhere}'",
      '`base_url` of tool `api` is no URL that starts with `https://` or `http://`',
    ],
  ])('{ %s } cannot be used', async (fields, message) => {
    const url = fields.startsWith('base_url') ? '' : 'base_url: https://api.test,';
    const config = configOf(
      `tools: { api: { kind: http, api: openai-chat, models: [m], ${url} ${fields} } }`,
    );
    const { failure } = await complete(config, { tool: 'api' });
    expect(failure).toMatchObject({ type: 'tool_not_found', message });
  });
});

describe('options without a place', () => {
  it('are reported, and a session is refused', async () => {
    const config = configOf(
      "tools: { api: { kind: http, api: openai-chat, base_url: 'http://127.0.0.1:1', models: [m] } }\npolicies: { default: { retry: { max_retries: 0 } } }",
    );
    const { plan } = await complete(config, { tool: 'api', maxCostMicroUsd: 5 });
    expect(plan.ignored).toEqual([
      { option: 'max_cost_usd', tool: 'api', detail: 'the API of `api` does not support it' },
    ]);
    const resume = {
      invocationId: 'i',
      tool: 'api',
      model: 'm',
      toolSessionId: 's',
      totals: { usage: null, costMicroUsd: null },
    };
    expect((await complete(config, { resume })).failure).toMatchObject({
      message: '`api` cannot continue a session',
    });
  });
});

function effortOf(body: unknown): unknown {
  const { reasoning_effort, output_config } = body as {
    reasoning_effort?: string;
    output_config?: { effort?: string };
  };
  return reasoning_effort ?? output_config?.effort;
}
