// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the references of a configuration
import { describe, expect, it } from '@jest/globals';
import { ollamaUrl } from '../../../src/adapters/http/base-url.js';
import { ollamaUsage } from '../../../src/adapters/http/usage.js';
import type { RunEvent } from '../../../src/domain/events.js';
import type { Invocation } from '../../../src/domain/invocation.js';
import type { Request } from '../../../src/domain/request.js';
import { configOf } from '../../rig/config.js';
import {
  lines,
  ollamaLines,
  type ProviderCall,
  plain,
  type Reply,
  startProvider,
} from '../../rig/provider.js';
import { bodyFor, complete, requestFor } from './complete.js';

const CLOSED =
  '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"],"additionalProperties":false}';

const config = (url: string, { tool = '', model = '' } = {}) =>
  configOf(`
default_agent: a
agents: { a: { preferred_tool: local, preferred_model: m } }
tools: { local: { kind: http, api: ollama, base_url: '${url}', billing: free, models: [m], ${tool} } }
models: { m: { id: 'llama3.2:3b', ${model} } }
policies: { default: { retry: { max_retries: 0 } } }
`);

/** Runs a request at a server that answers with this reply. */
async function run(
  reply: Reply,
  { onEvent, ...more }: { tool?: string; onEvent?: (event: RunEvent) => void } = {},
): Promise<{ invocation: Invocation; call: ProviderCall | undefined }> {
  const provider = await startProvider([reply]);
  try {
    const options = onEvent === undefined ? {} : { onEvent };
    const invocation = await complete(config(provider.url, more), {}, options);
    return { invocation, call: provider.calls[0] };
  } finally {
    await provider.close();
  }
}

const bodyOf = (request: Partial<Request>, more: { tool?: string; model?: string } = {}) =>
  bodyFor(config('http://localhost:11434', more), request);

describe('a request to Ollama', () => {
  it('holds nothing that was not requested, and forbids to cut the prompt', async () => {
    const { call, invocation } = await run(lines(ollamaLines(['hi'])));
    expect(invocation.failure).toBeNull();
    expect(call?.path).toBe('/api/chat');
    expect(call?.headers.authorization).toBeUndefined();
    expect(call?.headers.accept).toContain('application/x-ndjson');
    expect(call?.body).toEqual({
      model: 'llama3.2:3b',
      messages: [{ role: 'user', content: 'hello' }],
      truncate: false,
      shift: false,
      stream: true,
    });
  });

  it.each(['', '/', '/api', '/api/', '/v1'])('goes from the base URL `%s` to `/api/chat`', async (path) => {
    expect((await requestFor(config(`http://localhost:11434${path}`)))?.url).toBe(
      'http://localhost:11434/api/chat',
    );
  });

  it('keeps the path of a server behind another', async () => {
    expect((await requestFor(config('https://box.example.test/ollama/v1')))?.url).toBe(
      'https://box.example.test/ollama/api/chat',
    );
  });

  it('holds every option that was given', async () => {
    const request: Partial<Request> = {
      system: 'S',
      messages: [
        { role: 'user', text: 'one?' },
        { role: 'assistant', text: 'two' },
      ],
      prompt: 'three?',
      maxTokens: 7,
      temperature: 0,
      effort: 'low',
      stop: ['END'],
      schema: CLOSED,
    };
    expect(await bodyOf(request, { model: 'reasoning_effort: true' })).toEqual({
      model: 'llama3.2:3b',
      messages: [
        { role: 'system', content: 'S' },
        { role: 'system', content: expect.stringContaining('satisfies this JSON Schema') },
        { role: 'user', content: 'one?' },
        { role: 'assistant', content: 'two' },
        { role: 'user', content: 'three?' },
      ],
      think: 'low',
      format: JSON.parse(CLOSED),
      options: { num_predict: 7, temperature: 0, stop: ['END'] },
      truncate: false,
      shift: false,
      stream: true,
    });
  });

  it.each([
    ['an open object', '{"type":"object","minProperties":1}', 'json'],
    ['a list', '{"type":"array"}', undefined],
  ])('asks for %s in the prompt', async (_, schema, format) => {
    const body = await bodyOf({ schema });
    expect((body as { format?: unknown }).format).toEqual(format);
    expect(JSON.stringify(body)).toContain('satisfies this JSON Schema');
  });

  it.each([
    ['gpt-oss:20b', 'low'],
    ['qwen3:8b', 'low'],
    ['hf.co/x/deepseek-r1', 'low'],
    ['qwen3-coder', undefined],
    ['llama3.2', undefined],
  ])('to %s has the effort %s', async (id, think) => {
    const body = await bodyFor(
      configOf(`
agents: { a: { preferred_tool: local, preferred_model: m } }
tools: { local: { kind: http, api: ollama, base_url: 'http://localhost', models: [m] } }
models: { m: { id: '${id}' } }
`),
      { effort: 'low' },
    );
    expect((body as { think?: unknown }).think).toBe(think);
  });

  it('does not stream when the tool turns that off', async () => {
    const whole = { model: 'm', message: { content: 'ok' }, done: true, done_reason: 'stop', eval_count: 1 };
    const { call, invocation } = await run(plain(200, whole), { tool: 'extra_body: { stream: false }' });
    expect([invocation.text, call?.body.stream]).toEqual(['ok', false]);
  });
});

describe('the window that is asked for', () => {
  it.each([
    ['none for a short prompt', 100, {}, '', undefined],
    ['none for the most that fits the smallest default', 4096, {}, '', undefined],
    ['the next power of two', 4100, {}, '', 8192],
    ['one with room for the answer', 4096, { maxTokens: 9000 }, '', 16_384],
    ['one for a long prompt', 60_000, {}, '', 32_768],
    ['at most that of the model', 60_000, {}, 'context_window: 20000', 20_000],
    ['at most the largest default', 900_000, {}, '', 262_144],
    ['more where the model has it', 900_000, {}, 'context_window: 1000000', 524_288],
  ])('is %s', async (_, length, request, model, window) => {
    const body = (await bodyOf({ prompt: 'x'.repeat(length), ...request }, { model })) as {
      options?: { num_ctx?: number };
    };
    expect(body.options?.num_ctx).toBe(window);
  });

  it('is the one of `extra_body`, beside the other options', async () => {
    const tool = 'extra_body: { keep_alive: 1h, options: { num_ctx: 32768, top_k: 5 } }';
    expect(await bodyOf({ prompt: 'x'.repeat(9000), temperature: 0 }, { tool })).toMatchObject({
      keep_alive: '1h',
      options: { num_ctx: 32768, top_k: 5, temperature: 0 },
    });
  });
});

describe('the URL of OLLAMA_HOST', () => {
  it.each([
    ['gpu-box', 'http://gpu-box:11434'],
    ['gpu-box:8080', 'http://gpu-box:8080'],
    [':8080', 'http://127.0.0.1:8080'],
    ['', 'http://127.0.0.1:11434'],
    ['0.0.0.0', 'http://127.0.0.1:11434'],
    ['0.0.0.0:8080', 'http://127.0.0.1:8080'],
    ['[::]:8080', 'http://127.0.0.1:8080'],
    ['::1', 'http://[::1]:11434'],
    ['[::1]:8080', 'http://[::1]:8080'],
    [' "127.0.0.1:11434" ', 'http://127.0.0.1:11434'],
    ['http://0.0.0.0:11434/', 'http://127.0.0.1:11434/'],
    ['http://10.0.0.0:11434', 'http://10.0.0.0:11434'],
    ['https://ollama.example.test', 'https://ollama.example.test'],
    ['gpu-box/ollama', 'http://gpu-box:11434/ollama'],
    ['ftp://gpu-box', 'ftp://gpu-box'],
  ])('%s is %s', (host, url) => {
    expect(ollamaUrl(host)).toBe(url);
  });

  it('is filled in before the request, and is no secret', async () => {
    const request = await requestFor(
      config('${OLLAMA_HOST:-http://localhost:11434}'),
      {},
      {
        OLLAMA_HOST: 'gpu-box-1',
      },
    );
    expect(request?.url).toBe('http://gpu-box-1:11434/api/chat');
    const { failure } = await complete(
      config('${OLLAMA_HOST}'),
      {},
      { env: { OLLAMA_HOST: 'ftp://gpu-box' } },
    );
    expect(failure?.message).toBe(
      '`base_url` of tool `local` is no URL that starts with `https://` or `http://`',
    );
  });
});

describe('an answer of Ollama', () => {
  it('is shown as it comes, without its thoughts, and is free', async () => {
    const thought = { model: 'm', message: { role: 'assistant', content: '', thinking: 'hm' }, done: false };
    const deltas: string[] = [];
    const { invocation } = await run(lines([thought, ...ollamaLines(['a', 'b'])]), {
      onEvent: (event) => {
        if (event.type === 'output.delta') deltas.push(event.text);
      },
    });
    expect(deltas).toEqual(['a', 'b']);
    expect(invocation).toMatchObject({
      status: 'succeeded',
      text: 'ab',
      finishReason: 'stop',
      responseModel: 'llama3.2',
      warnings: [],
      usage: { inputTokens: 26, outputTokens: 4 },
      cost: { chargedMicroUsd: 0, billing: 'free' },
    });
  });

  const TEXT = 'é 日本 😀 \u2028 end';
  const BYTES = Buffer.from(
    ollamaLines([TEXT])
      .map((line) => `${JSON.stringify(line)}\n`)
      .join(''),
  );
  const inPieces =
    (bytes: Buffer, size: number, type = 'application/x-ndjson'): Reply =>
    async ({ head, write, end }) => {
      head(200, { 'content-type': type });
      for (let at = 0; at < bytes.length; at += size) await write(bytes.subarray(at, at + size));
      end();
    };

  it.each<[string, Reply]>([
    ['byte by byte', inPieces(BYTES, 1)],
    ['in one piece', inPieces(BYTES, BYTES.length)],
    ['with CRLF', inPieces(Buffer.from(BYTES.toString().replaceAll('\n', '\r\n')), 7)],
    ['with another content type', inPieces(BYTES, 50, 'text/html')],
    ['behind a byte order mark', inPieces(Buffer.concat([Buffer.from('\ufeff'), BYTES]), 3)],
    ['without the last line feed', inPieces(BYTES.subarray(0, BYTES.length - 1), 64)],
    ['among blank lines', inPieces(Buffer.from(`\n\n${BYTES.toString().replaceAll('\n', '\n\n')}`), 11)],
    [
      'as the server-sent events of a gateway',
      inPieces(Buffer.from(`data: ${BYTES.toString().replaceAll('\n{', '\n\ndata: {')}\ndata: [DONE]\n`), 11),
    ],
  ])('is read whole %s', async (_, reply) => {
    const { invocation } = await run(reply);
    expect(invocation).toMatchObject({ status: 'succeeded', text: TEXT, usage: { inputTokens: 26 } });
  });

  it('that is complete does not wait for the connection to close', async () => {
    const reply: Reply = async ({ head, write }) => {
      head(200, { 'content-type': 'application/x-ndjson' });
      await write(BYTES);
    };
    const { invocation } = await run(reply, { tool: 'idle_timeout: 20s' });
    expect(invocation.text).toBe(TEXT);
  });

  it.each([
    ['length', 'length', 1],
    ['stop', 'stop', 0],
    ['something_new', 'unknown', 1],
  ])('that ends with %s is %s', async (finish, reason, warnings) => {
    const { invocation } = await run(lines(ollamaLines(['hi'], { finish })));
    expect(invocation).toMatchObject({ status: 'succeeded', finishReason: reason });
    expect(invocation.warnings).toHaveLength(warnings);
  });

  it('of a version without a word for its end is complete', async () => {
    const { invocation } = await run(lines([{ message: { content: 'hi' } }, { done: true }]));
    expect(invocation).toMatchObject({ status: 'succeeded', finishReason: 'stop', usage: null });
  });
});

it.each([
  [{ prompt_eval_count: 26, eval_count: 4 }, [26, null, null, null, 4, null]],
  [{ eval_count: 4 }, [null, null, null, null, 4, null]],
  [{ prompt_eval_count: -1, eval_count: 1e300 }, []],
  [{}, []],
])('the counts %j are a usage', (counts, usage) => {
  expect(Object.values(ollamaUsage(counts) ?? {})).toEqual(usage);
});
