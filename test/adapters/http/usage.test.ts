import { describe, expect, it } from '@jest/globals';
import { chatUsage } from '../../../src/adapters/http/usage.js';

type Counts = readonly [
  input: number | null,
  cacheRead: number | null,
  cacheWrite: number | null,
  output: number | null,
  reasoning: number | null,
];

const counted = (usage: object): Counts | null => {
  const read = chatUsage(usage);
  if (read === null) return null;
  const { inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens } = read;
  return [inputTokens, cacheReadTokens, cacheWriteTokens, outputTokens, reasoningTokens];
};

const CHAT = { prompt_tokens: 100, completion_tokens: 50, total_tokens: 150 };
const CACHED = { ...CHAT, prompt_tokens_details: { cached_tokens: 40 } };

describe('the usage of an OpenAI-compatible host', () => {
  it.each<[string, object, Counts | null]>([
    ['OpenAI', { ...CACHED, completion_tokens_details: { reasoning_tokens: 20 } }, [60, 40, null, 50, 20]],
    [
      'Responses',
      { input_tokens: 100, output_tokens: 50, input_tokens_details: { cached_tokens: 40 } },
      [60, 40, null, 50, null],
    ],
    [
      'DeepSeek',
      { ...CHAT, prompt_cache_hit_tokens: 40, prompt_cache_miss_tokens: 60 },
      [60, 40, null, 50, null],
    ],
    ['Moonshot', { ...CHAT, cached_tokens: 40 }, [60, 40, null, 50, null]],
    ['Mistral', { ...CHAT, num_cached_tokens: 40 }, [60, 40, null, 50, null]],
    [
      'Mistral, another spelling',
      { ...CHAT, prompt_token_details: { cached_tokens: 40 } },
      [60, 40, null, 50, null],
    ],
    [
      'xAI',
      { ...CACHED, total_tokens: 170, completion_tokens_details: { reasoning_tokens: 20 } },
      [60, 40, null, 70, 20],
    ],
    ['Gemini', { ...CHAT, total_tokens: 180 }, [100, null, null, 80, 30]],
    [
      'OpenRouter',
      { ...CHAT, prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 10 } },
      [50, 40, 10, 50, null],
    ],
    [
      'LiteLLM',
      { ...CACHED, cache_creation_input_tokens: 10, cache_read_input_tokens: 40 },
      [50, 40, 10, 50, null],
    ],
    [
      'DashScope',
      { ...CHAT, prompt_tokens_details: { cached_tokens: 40, cache_creation_input_tokens: 10 } },
      [50, 40, 10, 50, null],
    ],
    [
      'a gateway',
      { ...CHAT, prompt_tokens_details: { cached_tokens: 40, cached_creation_tokens: 10 } },
      [50, 40, 10, 50, null],
    ],
    ['thinking', { ...CHAT, completion_tokens_details: { thinking_tokens: 20 } }, [100, null, null, 50, 20]],
    [
      'camel case',
      { promptTokens: 100, completionTokens: 50, totalTokens: 150 },
      [100, null, null, 50, null],
    ],
    [
      'Bedrock',
      { inputTokens: 100, outputTokens: 50, cacheReadInputTokens: 40, totalTokens: 190 },
      [100, 40, null, 50, null],
    ],
    [
      'Gemini by its own names',
      { promptTokenCount: 100, candidatesTokenCount: 50, thoughtsTokenCount: 20, totalTokenCount: 170 },
      [100, null, null, 70, 20],
    ],
    ['numbers as text', { prompt_tokens: '100', completion_tokens: '50' }, [100, null, null, 50, null]],
    [
      'cached tokens beside the input',
      { prompt_tokens: 10, completion_tokens: 50, prompt_tokens_details: { cached_tokens: 40 } },
      [10, 40, null, 50, null],
    ],
    [
      'null for details',
      { ...CHAT, prompt_tokens_details: null, completion_tokens_details: null },
      [100, null, null, 50, null],
    ],
    [
      'a fraction, of which the total says nothing',
      { prompt_tokens: 100, completion_tokens: 50.5, total_tokens: 150 },
      [100, null, null, null, null],
    ],
    [
      'zeros beside a total, which is no reasoning',
      { prompt_tokens: 0, completion_tokens: 0, total_tokens: 150 },
      [0, null, null, 0, null],
    ],
    ['an impossible total', { ...CHAT, total_tokens: -1 }, [100, null, null, 50, null]],
    ['a text that is no number', { prompt_tokens: 'many', completion_tokens: '-3' }, null],
    ['a total alone', { total_tokens: 150 }, null],
  ])('%s', (_, usage, expected) => {
    expect(counted(usage)).toEqual(expected);
  });
});
