import { describe, expect, it } from '@jest/globals';
import { chatUsage, laterCounts, messagesUsage, reportedCost } from '../../../src/adapters/http/usage.js';
import type { RunEvent } from '../../../src/domain/events.js';
import type { Invocation } from '../../../src/domain/invocation.js';
import { configOf } from '../../rig/config.js';
import {
  chatEvents,
  frame,
  messageEvents,
  plain,
  type Reply,
  startProvider,
  stream,
} from '../../rig/provider.js';
import { complete } from './complete.js';

const PRICE =
  '{ input: 2, output: 10, cache_read: 0.1, cache_write: 2.5, cache_write_1h: 4, above: [{ input_tokens: 5000, input: 4, output: 15 }] }';

async function answerTo(
  api: 'openai-chat' | 'anthropic-messages' | 'openai-responses' | 'gemini',
  reply: Reply,
  more: { tool?: string; onEvent?: (event: RunEvent) => void } = {},
): Promise<Invocation> {
  const provider = await startProvider([reply]);
  try {
    return await complete(
      configOf(`
default_agent: a
agents: { a: { preferred_tool: api, preferred_model: m } }
tools: { api: { kind: http, api: ${api}, base_url: '${provider.url}', models: [m], ${more.tool ?? ''} } }
models: { m: { cost_per_1m_tokens: ${PRICE} } }
policies: { default: { retry: { max_retries: 0 } } }
`),
      {},
      more.onEvent === undefined ? {} : { onEvent: more.onEvent },
    );
  } finally {
    await provider.close();
  }
}

const CHAT_USAGE = {
  prompt_tokens: 1500,
  completion_tokens: 800,
  total_tokens: 2300,
  prompt_tokens_details: { cached_tokens: 400, cache_write_tokens: 100 },
  completion_tokens_details: { reasoning_tokens: 300 },
};
const MESSAGES_USAGE = {
  input_tokens: 1000,
  cache_creation_input_tokens: 300,
  cache_read_input_tokens: 400,
  cache_creation: { ephemeral_5m_input_tokens: 100, ephemeral_1h_input_tokens: 200 },
  output_tokens: 1,
  service_tier: 'standard',
};

describe('usage', () => {
  it.each([
    ['everything', CHAT_USAGE, [1000, 400, 100, null, 800, 300]],
    ['only totals', { prompt_tokens: 7, completion_tokens: 3 }, [7, null, null, null, 3, null]],
    [
      'zeros',
      { prompt_tokens: 0, completion_tokens: 0, prompt_tokens_details: { cached_tokens: 0 } },
      [0, 0, null, null, 0, null],
    ],
    [
      'reasoning that only the total holds',
      {
        prompt_tokens: 32,
        completion_tokens: 9,
        total_tokens: 135,
        completion_tokens_details: { reasoning_tokens: 94 },
      },
      [32, null, null, null, 103, 94],
    ],
    [
      'reasoning that the total holds inside the output',
      {
        prompt_tokens: 32,
        completion_tokens: 103,
        total_tokens: 135,
        completion_tokens_details: { reasoning_tokens: 94 },
      },
      [32, null, null, null, 103, 94],
    ],
    [
      'reasoning that nothing but the total tells',
      { prompt_tokens: 32, completion_tokens: 9, total_tokens: 135 },
      [32, null, null, null, 103, 94],
    ],
    [
      'cached tokens beside the prompt',
      { prompt_tokens: 10, completion_tokens: 3, total_tokens: 513, cached_tokens: 500 },
      [10, 500, null, null, 3, null],
    ],
    [
      'cached tokens and reasoning beside the rest',
      {
        prompt_tokens: 10,
        completion_tokens: 3,
        total_tokens: 533,
        cached_tokens: 500,
        reasoning_tokens: 20,
      },
      [10, 500, null, null, 23, 20],
    ],
    [
      'cached tokens of DeepSeek',
      { prompt_tokens: 10, completion_tokens: 3, prompt_cache_hit_tokens: 4 },
      [6, 4, null, null, 3, null],
    ],
    [
      'the names of Responses',
      { input_tokens: 10, output_tokens: 3, input_tokens_details: { cached_tokens: 4 } },
      [6, 4, null, null, 3, null],
    ],
    ['numbers that are no counts', { prompt_tokens: 1e300, completion_tokens: -3 }, null],
    ['fractions', { prompt_tokens: 10, completion_tokens: 2.5 }, [10, null, null, null, null, null]],
    [
      'no details',
      { prompt_tokens: 7, completion_tokens: 3, prompt_tokens_details: null },
      [7, null, null, null, 3, null],
    ],
  ])('of OpenAI, %s', (_, usage, counts) => {
    expect(Object.values(chatUsage(usage) ?? {})).toEqual(counts ?? []);
  });

  it.each([
    ['everything', { ...MESSAGES_USAGE, output_tokens: 800 }, [1000, 400, 100, 200, 800, null]],
    ['only totals', { input_tokens: 7, output_tokens: 3 }, [7, null, null, null, 3, null]],
    [
      'writes without their length',
      { input_tokens: 7, output_tokens: 3, cache_creation_input_tokens: 5 },
      [7, null, 5, null, 3, null],
    ],
  ])('of Anthropic, %s', (_, usage, counts) => {
    expect(Object.values(messagesUsage(usage) ?? {})).toEqual(counts);
  });

  it('reported in parts keeps counts when a later one is zero', () => {
    const first = laterCounts({}, { prompt_tokens: 100, completion_tokens: 0, details: { cached: 4 } });
    const last = laterCounts(first, {
      prompt_tokens: 0,
      completion_tokens: 20,
      details: { cached: 0 },
      more: null,
    });
    expect(last).toEqual({ prompt_tokens: 100, completion_tokens: 20, details: { cached: 4 } });
  });

  it('that is not reported is unknown', () => {
    expect([chatUsage({}), messagesUsage({ input_tokens: null })]).toEqual([null, null]);
  });

  it.each([
    [{ cost: 0.95 }, 950_000],
    [{ cost: 0 }, 0],
    [{ cost: 0.01, is_byok: true, cost_details: { upstream_inference_cost: 0.2 } }, 210_000],
    [{ cost: 0.01, is_byok: true }, null],
    [{ cost: { total: 1 } }, null],
    [{ cost: -1 }, null],
  ])('of OpenRouter includes the cost: %j', (usage, cost) => {
    expect(reportedCost(usage)).toBe(cost);
  });
});

describe('an answer costs to the micro-dollar', () => {
  // 1000*2 + 400*0.1 + 100*2.5 + 800*10
  const chat = 10_290;
  // and 200 * 4 for the writes of one hour
  const messages = 11_090;

  it.each<[string, 'openai-chat' | 'anthropic-messages', Reply, number]>([
    ['as a stream of OpenAI', 'openai-chat', stream(chatEvents(['hi'], { usage: CHAT_USAGE })), chat],
    [
      'as a whole of OpenAI',
      'openai-chat',
      plain(200, {
        model: 'x',
        choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }],
        usage: CHAT_USAGE,
      }),
      chat,
    ],
    [
      'as a stream of Anthropic',
      'anthropic-messages',
      stream(messageEvents(['hi'], { usage: MESSAGES_USAGE, outputTokens: 800 })),
      messages,
    ],
    [
      'as a whole of Anthropic',
      'anthropic-messages',
      plain(200, {
        model: 'x',
        content: [{ type: 'text', text: 'hi' }],
        stop_reason: 'end_turn',
        usage: { ...MESSAGES_USAGE, output_tokens: 800 },
      }),
      messages,
    ],
  ])('%s', async (_, api, reply, cost) => {
    const invocation = await answerTo(api, reply);
    expect(invocation).toMatchObject({
      status: 'succeeded',
      text: 'hi',
      finishReason: 'stop',
      cost: { chargedMicroUsd: cost, basis: 'computed', billing: 'api' },
    });
  });

  it('unless the tokens are unknown', async () => {
    const invocation = await answerTo(
      'openai-chat',
      stream(chatEvents(['hi']).filter((event) => !JSON.stringify(event).includes('usage'))),
    );
    expect(invocation).toMatchObject({
      status: 'succeeded',
      usage: null,
      cost: { chargedMicroUsd: null, basis: 'unknown' },
    });
  });

  it('and nothing for a free tool', async () => {
    const invocation = await answerTo('openai-chat', stream(chatEvents(['hi'])), { tool: 'billing: free' });
    expect(invocation.cost).toEqual({
      chargedMicroUsd: 0,
      listMicroUsd: 0,
      basis: 'computed',
      billing: 'free',
    });
  });

  it.each<[string, 'openai-chat' | 'anthropic-messages', object]>([
    ['flex', 'openai-chat', { service_tier: 'flex' }],
    ['priority', 'openai-chat', { serviceTier: 'priority' }],
    ['priority', 'openai-chat', { usage: { ...CHAT_USAGE, service_tier: 'priority' } }],
    ['fast', 'openai-chat', { usage: { ...CHAT_USAGE, speed: 'fast' } }],
    ['fast', 'anthropic-messages', { usage: { ...MESSAGES_USAGE, speed: 'fast' } }],
    ['inference_geo: us', 'anthropic-messages', { usage: { ...MESSAGES_USAGE, inference_geo: 'us' } }],
  ])('and another tier (%s of %s) is reported, and its cost unknown', async (tier, api, more) => {
    const chat = { choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }] };
    const message = { content: [{ type: 'text', text: 'hi' }], stop_reason: 'end_turn' };
    const reply = plain(200, { ...(api === 'openai-chat' ? chat : message), ...more });
    const { warnings, cost } = await answerTo(api, reply);
    expect(warnings).toEqual([
      `\`api\` answered in the tier \`${tier}\`, whose price is unknown, so the cost is unknown`,
    ]);
    expect(cost).toMatchObject({ chargedMicroUsd: null, basis: 'unknown' });
  });

  it.each<[string, 'openai-chat' | 'anthropic-messages' | 'openai-responses' | 'gemini', object]>([
    [
      'of anthropic-messages',
      'anthropic-messages',
      {
        content: [{ type: 'text', text: 'hi' }],
        stop_reason: 'end_turn',
        usage: { ...MESSAGES_USAGE, server_tool_use: { web_search_requests: 2 } },
      },
    ],
    [
      'of openai-chat',
      'openai-chat',
      {
        choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }],
        usage: { ...CHAT_USAGE, num_sources_used: 2 },
      },
    ],
    [
      'of openai-responses',
      'openai-responses',
      {
        status: 'completed',
        output: [
          { type: 'web_search_call', status: 'completed' },
          { type: 'file_search_call', status: 'completed' },
          { type: 'message', content: [{ type: 'output_text', text: 'hi' }] },
        ],
        usage: { input_tokens: 10, output_tokens: 5 },
      },
    ],
    [
      'of gemini',
      'gemini',
      {
        candidates: [
          {
            content: { parts: [{ text: 'hi' }] },
            finishReason: 'STOP',
            groundingMetadata: { webSearchQueries: ['a', 'b'] },
          },
        ],
        usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5 },
      },
    ],
  ])('and what tools of the provider cost (%s) is unknown', async (_, api, body) => {
    const { warnings, cost, status } = await answerTo(api, plain(200, body));
    expect([status, warnings]).toEqual([
      'succeeded',
      [
        '`api` used tools of the provider, such as a search, 2 times, whose price is unknown, so the cost is unknown',
      ],
    ]);
    expect(cost).toMatchObject({ chargedMicroUsd: null, basis: 'unknown' });
  });

  it('and the ordinary tier is known by any spelling', async () => {
    const chat = { choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }] };
    const reply = plain(200, {
      ...chat,
      service_tier: 'DEFAULT',
      usage: { ...CHAT_USAGE, speed: 'standard' },
    });
    expect(await answerTo('openai-chat', reply)).toMatchObject({ warnings: [], cost: { basis: 'computed' } });
  });
});

describe('a failed answer', () => {
  it.each<[string, 'openai-chat' | 'anthropic-messages', Reply, number | null]>([
    ['that was turned away costs nothing', 'openai-chat', plain(429, {}), 0],
    ['of an overload costs nothing', 'anthropic-messages', plain(529, {}), 0],
    ['that was lost on the way has an unknown cost', 'openai-chat', plain(504, ''), null],
    [
      'that broke off has an unknown cost',
      'anthropic-messages',
      stream(messageEvents(['half']).slice(0, 5)),
      null,
    ],
  ])('%s', async (_, api, reply, cost) => {
    const { attempts } = await answerTo(api, reply);
    expect(attempts[0]?.failure).not.toBeNull();
    expect(attempts[0]?.cost.chargedMicroUsd).toBe(cost);
  });
});

describe('the end of an answer', () => {
  it('is told to be unknown where an answer in one piece gives no reason for it', async () => {
    const reply = plain(200, { choices: [{ message: { content: 'half' }, finish_reason: null }] });
    const { status, warnings } = await answerTo('openai-chat', reply);
    expect([status, warnings]).toEqual([
      'succeeded',
      ['`api` gave no reason for the end of its answer: the answer may be incomplete'],
    ]);
  });

  it.each([
    ['stop', 'stop'],
    ['length', 'length'],
    ['tool_calls', 'tool_use'],
    ['function_call', 'tool_use'],
    ['eos', 'stop'],
    ['model_length', 'length'],
    ['constructor', 'unknown'],
  ])('%s of OpenAI is %s', async (finish, reason) => {
    const invocation = await answerTo('openai-chat', stream(chatEvents(['hi'], { finish })));
    expect(invocation).toMatchObject({
      status: 'succeeded',
      text: 'hi',
      finishReason: reason,
      responseModel: 'm-2026',
    });
    expect(invocation.warnings).toHaveLength(reason === 'stop' ? 0 : 1);
  });

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['tool_use', 'tool_use'],
    ['something_new', 'unknown'],
  ])('%s of Anthropic is %s', async (stop, reason) => {
    const invocation = await answerTo('anthropic-messages', stream(messageEvents(['hi'], { stop })));
    expect(invocation).toMatchObject({
      status: 'succeeded',
      finishReason: reason,
      responseModel: 'claude-2026',
    });
  });
});

describe('a stream', () => {
  it('shows the text of all blocks as it comes, without reasoning', async () => {
    const [start, , , ...rest] = messageEvents(['a', 'b']);
    const thought = {
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'thinking_delta', thinking: 'hm' },
    };
    const block = { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } };
    const more = { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'c' } };
    const deltas: string[] = [];
    const onEvent = (event: RunEvent) => {
      if (event.type === 'output.delta') deltas.push(event.text);
    };
    const reply = stream([start, thought, ...rest.slice(0, 2), block, more, ...rest.slice(2)]);
    const invocation = await answerTo('anthropic-messages', reply, { onEvent });
    expect([invocation.text, deltas]).toEqual(['abc', ['a', 'b', 'c']]);
    expect(invocation.attempts[0]?.firstOutputMs).toEqual(expect.any(Number));
  });

  const TEXT = 'é 日本 😀 \u2028 end';
  const BYTES = Buffer.from(chatEvents([TEXT]).map(frame).join(''));
  const inPieces =
    (bytes: Buffer, size: number): Reply =>
    async ({ head, write, end }) => {
      head(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      for (let at = 0; at < bytes.length; at += size) await write(bytes.subarray(at, at + size));
      end();
    };

  it.each<[string, Reply]>([
    ['byte by byte', inPieces(BYTES, 1)],
    ['in one piece', inPieces(BYTES, BYTES.length)],
    ['with CRLF', inPieces(Buffer.from(BYTES.toString().replaceAll('\n', '\r\n')), 7)],
    ['with CR', inPieces(Buffer.from(BYTES.toString().replaceAll('\n', '\r')), 5)],
    ['behind a byte order mark', inPieces(Buffer.concat([Buffer.from('\ufeff'), BYTES]), 3)],
    ['among comments and other fields', inPieces(Buffer.from(`: hi\n\nid: 1\nretry: 5\n\n${BYTES}`), 11)],
    ['without the last blank line', inPieces(BYTES.subarray(0, BYTES.length - 2), 64)],
    ['without [DONE]', stream(chatEvents([TEXT]).slice(0, -1))],
  ])('is read whole %s', async (_, reply) => {
    expect(await answerTo('openai-chat', reply)).toMatchObject({
      status: 'succeeded',
      text: TEXT,
      usage: { inputTokens: 11 },
    });
  });

  it('that is complete does not wait for the connection to close', async () => {
    const reply: Reply = async ({ head, write }) => {
      head(200, { 'content-type': 'text/event-stream' });
      for (const event of chatEvents(['done'])) await write(frame(event));
    };
    expect(await answerTo('openai-chat', reply, { tool: 'idle_timeout: 20s' })).toMatchObject({
      text: 'done',
    });
  });

  it('takes the first of several choices', async () => {
    const other = { choices: [{ index: 1, delta: { content: 'other' }, finish_reason: null }] };
    const [first, ...rest] = chatEvents(['mine']);
    expect(await answerTo('openai-chat', stream([first, other, ...rest]))).toMatchObject({ text: 'mine' });
  });
});

describe('names that are absurdly long', () => {
  const long = 'x'.repeat(2000);

  it('of an answer are left out', async () => {
    const message = { role: 'assistant', content: 'hi' };
    const choices = [{ index: 0, message, finish_reason: long }];
    const body = { id: long, model: long, service_tier: long, choices };
    const { text, status, responseModel, warnings, attempts } = await answerTo(
      'openai-chat',
      plain(200, body),
    );
    expect([text, status, responseModel]).toEqual(['hi', 'succeeded', null]);
    expect(warnings).toContain(
      '`api` ended its answer with `…`, which is not a known end: the answer may be incomplete',
    );
    expect(JSON.stringify([warnings, attempts])).not.toContain(long);
  });

  it('of a broken answer are not in its message', async () => {
    const message = { role: 'assistant', content: '' };
    const choices = [{ index: 0, message, finish_reason: 'error' }];
    const { failure } = await answerTo('openai-chat', plain(200, { id: long, choices }));
    expect(failure?.message).toBe('`api` broke its answer off with `error`');
  });
});
