import { describe, expect, it } from '@jest/globals';
import { typeOfRefusal } from '../../../src/adapters/http/failures.js';
import { finishReasonOf } from '../../../src/adapters/http/finish-words.js';
import { errorInBody } from '../../../src/adapters/http/provider-error.js';
import type { FinishReason } from '../../../src/domain/attempt.js';
import type { FailureType } from '../../../src/domain/failure.js';

const typeOf = (status: number | null, body: unknown): FailureType =>
  typeOfRefusal({ status, error: errorInBody(typeof body === 'string' ? body : JSON.stringify(body)) });

const said = (message: string, more: object = {}) => ({
  error: { message, type: 'invalid_request_error', ...more },
});

/** Google says the same of each of its quotas. */
const quotaOfGoogle = (quotaId: string) => ({
  error: {
    code: 429,
    status: 'RESOURCE_EXHAUSTED',
    message: 'You exceeded your current quota, please check your plan and billing details.',
    details: [{ violations: [{ quotaId }] }],
  },
});

describe('a prompt over the window is context_too_large in the words of', () => {
  it.each([
    ['OpenAI', "This model's maximum context length is 8192 tokens. However, you requested 10000 tokens"],
    ['OpenAI Responses', 'Your input exceeds the context window of this model.'],
    ['Anthropic', 'prompt is too long: 210000 tokens > 200000 maximum'],
    [
      'Anthropic with max_tokens',
      'input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000',
    ],
    ['Gemini', 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).'],
    ['xAI', "This model's maximum prompt length is 131072 but the request contains 540000 tokens."],
    [
      'Mistral',
      'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
    ],
    ['Groq', 'Please reduce the length of the messages or completion.'],
    ['Copilot', 'prompt token count of 140000 exceeds the limit of 128000'],
    ['Moonshot', 'Invalid request: Your request exceeded model token limit: 262144 (requested: 270000)'],
    ['MiniMax', 'context window exceeds limit (2013)'],
    ['Zhipu', 'Prompt exceeds max length'],
    ['DashScope', 'Range of input length should be [1, 30720]'],
    ['Poolside', 'Input length 140000 exceeds the maximum allowed input length of 131040 tokens.'],
    ['TGI', 'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 5000'],
    ['Together', 'Input validation error: `inputs` must have less than 8193 tokens. Given: 9000'],
    ['LM Studio', 'The number of tokens to keep from the initial prompt is greater than the context length.'],
    ['llama.cpp', 'the request exceeds the available context size. try increasing it'],
    ['a local server', 'Prompt has 300000 tokens, but the configured context size is 256000 tokens'],
    ['Bedrock', 'Input is too long for requested model.'],
    ['Vertex', 'the input token count is 1100000 but model only supports up to 1048576.'],
    ['Baidu', 'the max input characters is 20000'],
    ['a host in China', '输入长度超过模型最大上下文长度'],
    ['Cohere', 'too many tokens: total number of tokens in the prompt cannot exceed 4081'],
  ])('%s', (_, message) => {
    expect(typeOf(400, said(message))).toBe('context_too_large');
  });

  it.each([
    'max_tokens: 100000 > 64000, which is the maximum allowed number of output tokens',
    'max_tokens is too large: 100000. This model supports at most 16384 completion tokens',
    "Unsupported value: 'temperature' does not support 0.2 with this model.",
    'temperature must be less than 2',
  ])('but not by %s', (message) => {
    expect(typeOf(400, said(message))).toBe('invalid_request');
  });
});

describe('a key or a place that is refused is authentication in the words of', () => {
  it.each([
    ['Gemini', 400, 'API key not valid. Please pass a valid API key.'],
    ['Gemini, an old key', 400, 'API key expired. Please renew the API key.'],
    ['Gemini, a region', 400, 'User location is not supported for the API use.'],
    ['OpenAI, a region', 403, 'Country, region, or territory not supported'],
    ['xAI', 400, 'Incorrect API key provided: ab***cd.'],
    ['Together', 400, 'Invalid API key provided'],
    ['GitHub', 400, 'Bad credentials'],
    ['DeepSeek', 400, 'Authentication Fails (no such user)'],
    ['MiniMax', 400, 'login fail: Please carry the API secret key'],
    ['Azure', 400, 'Access denied due to invalid subscription key or wrong API endpoint'],
    ['LiteLLM', 400, 'Authentication Error, Invalid proxy server token passed.'],
    [
      'Anthropic, a region',
      400,
      'Access to Anthropic models is not allowed from unsupported countries, regions, or territories.',
    ],
    ['Cloudflare', 400, 'Invalid format for Authorization header'],
    ['One API', 400, '无效的令牌'],
    ['Zhipu', 400, '身份验证失败。'],
    ['a gateway without words', 401, ''],
  ])('%s', (_, status, message) => {
    expect(typeOf(status, said(message))).toBe('authentication');
  });
});

describe('an empty balance or a used-up allowance is quota in the words of', () => {
  it.each([
    ['OpenAI', 429, 'You exceeded your current quota, please check your plan and billing details.'],
    ['DeepSeek', 402, 'Insufficient Balance'],
    ['xAI', 403, 'Your team has either used all available credits or reached its monthly spending limit.'],
    ['SiliconFlow', 403, 'Sorry, your account balance is insufficient'],
    ['Fireworks', 412, 'Account me is suspended, possibly due to reaching the monthly spending limit'],
    ['Hugging Face', 402, 'You have exceeded your monthly included credits for Inference Providers'],
    ['Anthropic', 400, 'Your credit balance is too low to access the API'],
    ['a gateway', 401, 'Insufficient credits: please recharge'],
    ['a plan', 429, "You've reached your weekly usage limit"],
    ['Zhipu', 429, '余额不足或无可用资源包,请充值。'],
  ])('%s', (_, status, message) => {
    expect(typeOf(status, said(message))).toBe('quota');
  });
});

describe('a refusal is told', () => {
  it.each<[string, number | null, unknown, FailureType]>([
    ['by a code before the status', 429, said('x', { code: 'insufficient_quota' }), 'quota'],
    ['by a code in camel case', 403, { error: { code: 'AccountOverdueError', message: 'x' } }, 'quota'],
    [
      'by a code in a detail',
      400,
      [{ error: { code: 400, message: 'x', details: [{ reason: 'API_KEY_INVALID' }] } }],
      'authentication',
    ],
    [
      'by the status before a class',
      503,
      said('The engine is currently overloaded', { type: 'server_error' }),
      'overloaded',
    ],
    [
      'by the status before a class of Anthropic',
      529,
      { type: 'error', error: { type: 'api_error', message: 'x' } },
      'overloaded',
    ],
    ['by the status before any class', 429, said('slow', { type: 'authentication_error' }), 'rate_limit'],
    [
      'by the pace of an organisation',
      429,
      said('Rate limit reached for m in organization org-1 on tokens per min (TPM): Limit 9'),
      'rate_limit',
    ],
    [
      'by words before a class',
      null,
      said('Your credit balance is too low', { type: 'rate_limit_error' }),
      'quota',
    ],
    ['by a class where nothing else tells', null, said('x', { type: 'rate_limit_error' }), 'rate_limit'],
    ['by a class of Google', 400, [{ error: { message: 'x', status: 'RESOURCE_EXHAUSTED' } }], 'rate_limit'],
    ['by its own failure, whatever it says', 500, said('maximum context length'), 'provider_error'],
    [
      'by its own failure, which says without doubt that the request is too long',
      500,
      said('the request exceeds the available context size, try increasing it', { type: 'server_error' }),
      'context_too_large',
    ],
    [
      'by a failure that names the length and the limit',
      500,
      said("This model's maximum context length is 4096 tokens, however you requested 5000 tokens"),
      'context_too_large',
    ],
    [
      'by its own failure after the length of an answer',
      500,
      said('max_tokens must be less than the maximum context length is 4096'),
      'provider_error',
    ],
    [
      'by a quota of a minute at Google',
      429,
      quotaOfGoogle('GenerateContentInputTokensPerModelPerMinute-FreeTier'),
      'rate_limit',
    ],
    [
      'by a quota of a day at Google',
      429,
      quotaOfGoogle('GenerateRequestsPerDayPerProjectPerModel'),
      'quota',
    ],
    [
      'by a model that may not be used',
      403,
      said('You do not have access to the model: model m not found'),
      'model_not_found',
    ],
    ['by a content filter', 400, said('x', { code: 'content_filter' }), 'refused'],
    ['by DeepSeek', 400, said('Content Exists Risk'), 'refused'],
    ['by a size', 413, '<html><title>413 Request Entity Too Large</title></html>', 'context_too_large'],
    ['by nothing', 400, said('Field `x` is odd'), 'invalid_request'],
    [
      'by findings',
      422,
      { object: 'error', message: { detail: [{ type: 'missing', loc: ['body'], msg: 'Field required' }] } },
      'invalid_request',
    ],
    [
      'by a status inside',
      null,
      { error: { code: 502, message: 'Provider disconnected' } },
      'provider_error',
    ],
  ])('%s', (_, status, body, type) => {
    expect(typeOf(status, body)).toBe(type);
  });
});

describe('the words of an error', () => {
  it.each<[string, unknown, string]>([
    ['in an object', { error: { message: 'bad thing' } }, 'bad thing'],
    ['in a list', [{ error: { message: 'bad thing' } }], 'bad thing'],
    ['as a text', { error: 'bad thing' }, 'bad thing'],
    ['as nothing but a text', '"bad thing"', 'bad thing'],
    ['beside a code', { code: 'Client specified an invalid argument', error: 'bad thing' }, 'bad thing'],
    ['in a list of errors', { errors: [{ message: 'bad thing' }] }, 'bad thing'],
    ['of FastAPI', { detail: [{ loc: ['body'], msg: 'bad thing' }] }, 'bad thing'],
    ['of FastAPI, as a text', { detail: 'bad thing' }, 'bad thing'],
    ['of Mistral', { object: 'error', message: { detail: [{ msg: 'bad thing' }] } }, 'bad thing'],
    ['of OAuth', { error: 'invalid_token', error_description: 'bad thing' }, 'invalid_token: bad thing'],
    ['of AWS', { __type: 'ValidationException', Message: 'bad thing' }, 'bad thing'],
    ['of MiniMax', { base_resp: { status_code: 1008, status_msg: 'bad thing' } }, 'bad thing'],
    ['of an error in an error', { error: { error: { message: 'bad thing' } } }, 'bad thing'],
    ['of an error as text', { error: { message: '{"error":{"message":"bad thing"}}' } }, 'bad thing'],
    [
      'of a provider behind a gateway',
      { error: { message: 'failed', metadata: { raw: '{"error":{"message":"bad thing"}}' } } },
      'failed: bad thing',
    ],
    ['of a page', '<html><head><title>bad thing</title></head></html>', 'bad thing'],
    ['of plain text', 'bad thing', 'bad thing'],
    ['of nothing', '', ''],
  ])('%s', (_, body, message) => {
    expect(errorInBody(typeof body === 'string' ? body : JSON.stringify(body)).message).toBe(message);
  });
});

describe('a word for the end of an answer', () => {
  it.each<[FinishReason, string[]]>([
    [
      'stop',
      [
        'stop',
        'STOP',
        'end_turn',
        'eos',
        'stop_sequence',
        'COMPLETE',
        'completed',
        'endTurn',
        'stopSequence',
        'stop_str',
        'FINISH_REASON_STOP',
        'FinishReason.STOP',
        'STOP_REASON_END_TURN',
        'stopped_eos',
      ],
    ],
    [
      'length',
      [
        'length',
        'max_tokens',
        'MAX_TOKENS',
        'model_length',
        'max_output_tokens',
        'model_context_window_exceeded',
        'token_limit',
        'ERROR_LIMIT',
        'maxTokens',
        'limit',
        'out_of_tokens',
        'context_full',
        'token_budget_exceeded',
        'stopped_limit',
      ],
    ],
    ['tool_use', ['tool_calls', 'tool_use', 'function_call', 'toolCalls', 'tool-calls']],
    [
      'content_filter',
      [
        'content_filter',
        'SAFETY',
        'RECITATION',
        'BLOCKLIST',
        'PROHIBITED_CONTENT',
        'SPII',
        'refusal',
        'sensitive',
        'ERROR_TOXIC',
        'guardrail_intervened',
        'IMAGE_SAFETY',
        'contentFilter',
        'BLOCKED',
        'content_violation',
        'harmful',
      ],
    ],
    [
      'error',
      [
        'error',
        'abort',
        'cancelled',
        'insufficient_system_resource',
        'network_error',
        'MALFORMED_FUNCTION_CALL',
        'UNEXPECTED_TOOL_CALL',
        'TOO_MANY_TOOL_CALLS',
        'pause_turn',
        'timeout',
        'incomplete',
        'engine_overloaded',
        'connection_error',
        'USER_CANCEL',
        'time_limit',
        'preempted',
        'out_of_memory',
        'shutdown',
        'evicted',
        'expired',
        'crash',
        'exception',
        'rate_limited',
        'quota_exceeded',
        'dropped',
        'terminated',
        'partial',
      ],
    ],
    ['unknown', ['OTHER', 'FINISH_REASON_UNSPECIFIED', 'LANGUAGE', 'zzz']],
  ])('%s: %j', (reason, words) => {
    expect(words.map((word) => [word, finishReasonOf(word)])).toEqual(words.map((word) => [word, reason]));
  });
});
