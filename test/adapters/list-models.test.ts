import { afterEach, describe, expect, it } from '@jest/globals';
import { listModels, type ProviderModels } from '../../src/adapters/list-models.js';
import type { HttpTool } from '../../src/config/types.js';
import type { Failure } from '../../src/domain/failure.js';
import type { Result } from '../../src/domain/result.js';
import { configOf } from '../rig/config.js';
import { type Provider, plain, type Reply, startProvider } from '../rig/provider.js';
import { itInSoak } from '../soak.js';

const KEY = 'dummy-key-of-a-provider';
let provider: Provider | null = null;
afterEach(() => provider?.close());

/** Asks a provider that gives these replies, one a call. */
async function ask(
  replies: readonly Reply[],
  given: { api?: string; path?: string; limitMs?: number; signal?: AbortSignal } = {},
): Promise<Result<ProviderModels, Failure>> {
  provider = await startProvider(replies);
  const url = `${provider.url}${given.path ?? '/v1'}`;
  const tool = configOf(
    `tools: { p: { kind: http, api: ${given.api ?? 'openai-chat'}, base_url: '${url}', api_key_env: P_KEY, models: ['*'] } }`,
  ).tools.p as HttpTool;
  return listModels(tool, {
    env: { P_KEY: KEY },
    monotonicMs: () => performance.now(),
    redact: (text) => text.replaceAll(KEY, '***'),
    signal: given.signal ?? new AbortController().signal,
    limitMs: given.limitMs ?? 5000,
  });
}

function idsOf(answer: Result<ProviderModels, Failure>): string[] {
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value.models.map(({ id }) => id);
}

const UNKNOWN = { contextWindow: null, maxOutputTokens: null, price: null, shutdownDate: null };

describe('the list of models', () => {
  it.each([
    ['openai-chat', '', '/v1/models', 'authorization'],
    ['openai-chat', '/', '/v1/models', 'authorization'],
    ['openai-chat', '/v1', '/v1/models', 'authorization'],
    ['openai-responses', '/v1/', '/v1/models', 'authorization'],
    ['openai-chat', '/api/v1?team=a', '/api/v1/models?team=a', 'authorization'],
    ['anthropic-messages', '', '/v1/models?limit=1000', 'x-api-key'],
    ['anthropic-messages', '/v1', '/v1/models?limit=1000', 'x-api-key'],
    ['gemini', '', '/v1beta/models?pageSize=1000', 'x-goog-api-key'],
    ['gemini', '/v1beta/', '/v1beta/models?pageSize=1000', 'x-goog-api-key'],
  ])('of %s at base URL `%s` is at %s, with its key in a header only', async (api, path, wanted, header) => {
    await ask([plain(200, { data: [], models: [] })], { api, path });
    const [call] = provider?.calls ?? [];
    expect(call).toMatchObject({ path: wanted, text: '' });
    expect(call?.headers[header]).toContain(KEY);
    expect(call?.path).not.toContain(KEY);
  });

  it('leaves out an id that repeats a secret, and a price that is blank', async () => {
    const pricing = { prompt: ' ', completion: ' ' };
    const answer = await ask([plain(200, { data: [{ id: 'a', pricing }, { id: `x-${KEY}` }, { id: 'b' }] })]);
    expect(idsOf(answer)).toEqual(['a', 'b']);
    expect(answer.ok ? answer.value.models[0]?.price : undefined).toBeNull();
  });

  it('of OpenAI and compatible servers', async () => {
    const answer = await ask([
      plain(200, {
        object: 'list',
        data: [
          { id: 'gpt-5', object: 'model', owned_by: 'system', shutdown_date: '2026-12-11' },
          {
            id: 'acme/big',
            context_length: 200_000,
            top_provider: { max_completion_tokens: 8000 },
            pricing: { prompt: '0.0000015', completion: '0.000006' },
          },
          { id: 'auto', pricing: { prompt: '-1', completion: '-1' }, shutdown_date: null },
          { id: 'local', max_model_len: 4096 },
          { id: 'together', context_length: 'many', pricing: { input: 0.88, output: 1 } },
          { id: 'codestral', deprecation: '2026-11-30T12:00:00Z' },
        ],
      }),
    ]);
    expect(answer).toMatchObject({
      value: {
        isCut: false,
        models: [
          { ...UNKNOWN, id: 'gpt-5', shutdownDate: '2026-12-11' },
          { id: 'acme/big', contextWindow: 200_000, maxOutputTokens: 8000, price: { input: 1.5, output: 6 } },
          { ...UNKNOWN, id: 'auto' },
          { ...UNKNOWN, id: 'local', contextWindow: 4096 },
          { ...UNKNOWN, id: 'together', price: { input: 0.88, output: 1 } },
          { ...UNKNOWN, id: 'codestral', shutdownDate: '2026-11-30' },
        ],
      },
    });
  });

  it('of Anthropic, over several pages', async () => {
    const answer = await ask(
      [
        plain(200, {
          data: [{ id: 'a', max_input_tokens: 9, max_tokens: 3 }],
          has_more: true,
          last_id: 'a&b',
        }),
        plain(200, { data: [{ id: 'b' }], has_more: false, last_id: 'b' }),
      ],
      { api: 'anthropic-messages' },
    );
    expect(answer).toMatchObject({
      value: {
        models: [
          { id: 'a', contextWindow: 9, maxOutputTokens: 3 },
          { ...UNKNOWN, id: 'b' },
        ],
      },
    });
    expect(provider?.calls.map(({ path }) => path)).toEqual([
      '/v1/models?limit=1000',
      '/v1/models?limit=1000&after_id=a%26b',
    ]);
  });

  it('of Gemini, without models that answer no text', async () => {
    const methods = (...supportedGenerationMethods: string[]) => ({ supportedGenerationMethods });
    const answer = await ask(
      [
        plain(200, {
          models: [
            {
              name: 'models/gemini-x',
              inputTokenLimit: 1000,
              outputTokenLimit: 100,
              ...methods('generateContent'),
            },
            { name: 'models/embedding-1', ...methods('embedContent') },
          ],
          nextPageToken: 't',
        }),
        plain(200, { models: [{ name: 'tunedModels/mine' }] }),
      ],
      { api: 'gemini', path: '' },
    );
    expect(answer).toMatchObject({
      value: {
        models: [
          { id: 'gemini-x', contextWindow: 1000, maxOutputTokens: 100 },
          { ...UNKNOWN, id: 'tunedModels/mine' },
        ],
      },
    });
    expect(provider?.calls[1]?.path).toBe('/v1beta/models?pageSize=1000&pageToken=t');
  });

  it('of Ollama names what was pulled, and a tag only where it is not the latest', async () => {
    const models = [{ name: 'llama3.2:latest', model: 'llama3.2:latest' }, { name: 'qwen3:8b' }];
    for (const path of ['', '/', '/v1', '/api']) {
      expect(idsOf(await ask([plain(200, { models })], { api: 'ollama', path }))).toEqual([
        'llama3.2',
        'qwen3:8b',
      ]);
      expect(provider?.calls[0]?.path).toBe('/api/tags');
      await provider?.close();
    }
  });

  it('may be empty, bare, and hold each id once', async () => {
    expect(await ask([plain(200, { data: [] })])).toEqual({ ok: true, value: { models: [], isCut: false } });
    await provider?.close();
    expect(idsOf(await ask([plain(200, [{ id: 'x' }, { id: 'y' }, { id: 'x' }])]))).toEqual(['x', 'y']);
  });

  it('leaves out ids that cannot be shown or sent', async () => {
    const bad = [
      '',
      'a b',
      'a\nb',
      '\u001b[31mred',
      'left\u202eright',
      'zero\u200bwidth',
      'x'.repeat(201),
      7,
      null,
    ];
    const answer = await ask([
      plain(200, { data: [...bad.map((id) => ({ id })), 'text', null, { id: 'good:1' }] }),
    ]);
    expect(idsOf(answer)).toEqual(['good:1']);
  });

  itInSoak('of 10,000 models is read whole, and of more than 20,000 as far as that', async () => {
    const many = (count: number) => ({ data: Array.from({ length: count }, (_, n) => ({ id: `m-${n}` })) });
    const whole = await ask([plain(200, many(10_000))]);
    expect([idsOf(whole).length, whole.ok && whole.value.isCut]).toEqual([10_000, false]);
    await provider?.close();
    const cut = await ask([plain(200, many(20_001))]);
    expect([idsOf(cut).length, cut.ok && cut.value.isCut]).toEqual([20_000, true]);
  });

  it('whose next page is one that was read is over', async () => {
    const page = plain(200, { data: [{ id: 'a' }], has_more: true, last_id: 'a' });
    const answer = await ask([page, page], { api: 'anthropic-messages' });
    expect(answer).toMatchObject({ value: { isCut: false, models: [{ id: 'a' }] } });
  });
});

const hang: Reply = () => undefined;
const hangsInBody: Reply = async ({ head, write }) => {
  head(200, { 'content-type': 'application/json' });
  await write('{"data": [');
};
const floods: Reply = async ({ head, write, gone }) => {
  head(200, { 'content-type': 'application/json' });
  let isGone = false;
  void gone.then(() => {
    isGone = true;
  });
  const piece = ' '.repeat(2 ** 20);
  for (let n = 0; n < 40 && !isGone; n++) await Promise.race([write(piece), gone]);
};
const resets: Reply = ({ reset }) => reset();
const cut: Reply = async ({ head, write, destroy }) => {
  head(200, { 'content-type': 'application/json', 'content-length': '100' });
  await write('{"data": [');
  destroy();
};

interface Wanted {
  type: string;
  message: unknown;
  hint?: unknown;
}

function expectFailure(answer: Result<ProviderModels, Failure>, wanted: Wanted): void {
  expect(answer).toEqual({ ok: false, error: expect.objectContaining({ tool: 'p', ...wanted }) });
  expect(JSON.stringify(answer)).not.toContain(KEY);
}

describe('a provider that gives no list', () => {
  it.each<[name: string, reply: Reply, wanted: Wanted]>([
    [
      'with a wrong key',
      plain(401, { error: { message: `Incorrect API key provided: ${KEY}.` } }),
      {
        type: 'authentication',
        message: '`p` answered 401: Incorrect API key provided: ***',
        hint: 'check the key in `P_KEY`',
      },
    ],
    [
      'without the endpoint',
      plain(404, { error: { message: 'no such route' } }),
      {
        type: 'invalid_response',
        message: '`p` answered 404: no such route',
        hint: 'check `base_url` of the tool',
      },
    ],
    [
      'that is overloaded',
      plain(503, '<title>Service Unavailable</title>'),
      { type: 'overloaded', message: '`p` answered 503: Service Unavailable' },
    ],
    [
      'with a web page',
      plain(200, '<!doctype html><h1>Hello</h1>'),
      {
        type: 'invalid_response',
        message: '`p` gave a web page instead of its models',
        hint: 'check `base_url` of the tool',
      },
    ],
    [
      'with nothing',
      plain(200, ''),
      { type: 'invalid_response', message: '`p` gave an empty answer instead of its models' },
    ],
    [
      'with text',
      plain(200, 'ok'),
      { type: 'invalid_response', message: '`p` gave no JSON instead of its models' },
    ],
    [
      'with other JSON',
      plain(200, { ok: true, data: {} }),
      { type: 'invalid_response', message: '`p` gave JSON without a list of models' },
    ],
    [
      'that redirects elsewhere',
      plain(301, '', { location: 'https://example.com/v1/models' }),
      {
        type: 'invalid_response',
        message: '`p` answered 301 and sends requests on to `https://example.com/v1/models`',
        hint: expect.stringContaining('`base_url`'),
      },
    ],
    [
      'that never stops',
      floods,
      { type: 'invalid_response', message: '`p` sent more than 16 MiB instead of its models' },
    ],
    [
      'that resets',
      resets,
      { type: 'connection', message: '`p` cannot be reached: the connection was reset (ECONNRESET)' },
    ],
    [
      'that breaks off',
      cut,
      { type: 'connection', message: expect.stringContaining('`p` cannot be reached') },
    ],
  ])('%s is a failure with the reason', async (_name, reply, wanted) => {
    expectFailure(await ask([reply]), wanted);
  });

  it.each<[name: string, reply: Reply]>([
    ['hangs', hang],
    ['hangs in its list', hangsInBody],
  ])('and %s is not waited for longer than the limit', async (_name, reply) => {
    const wanted = { type: 'timeout', message: '`p` did not list its models within 60 ms' };
    expectFailure(await ask([reply], { limitMs: 60 }), wanted);
  });

  it('is not waited for once it is cancelled', async () => {
    const stop = new AbortController();
    const abort: Reply = () => stop.abort();
    const answer = await ask([abort], { signal: stop.signal });
    expect(answer).toMatchObject({ ok: false, error: { type: 'cancelled' } });
  });
});
