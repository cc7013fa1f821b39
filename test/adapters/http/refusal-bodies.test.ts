import { describe, expect, it } from '@jest/globals';
import { typeOfRefusal } from '../../../src/adapters/http/failures.js';
import { errorInBody } from '../../../src/adapters/http/provider-error.js';
import type { FailureType } from '../../../src/domain/failure.js';

/** Bodies as providers and gateways send them, by the failure that they stand for. */
const REFUSALS: Record<string, readonly [status: number, body: unknown][]> = {
  rate_limit: [
    [429, { error: { message: 'Rate limit reached for requests', code: 'rate_limit_exceeded' } }],
    [429, { error: { message: 'Rate limit exceeded: free-models-per-min. ', code: 429 } }],
    [
      429,
      {
        error: {
          message: 'Rate limit reached ... on tokens per minute (TPM): Limit 6000',
          code: 'rate_limit_exceeded',
        },
      },
    ],
    [
      429,
      {
        error: {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          message:
            "Quota exceeded for quota metric 'Generate Content API requests per minute' and limit 'GenerateContent request limit per minute for a region'",
          details: [{ violations: [{ quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier' }] }],
        },
      },
    ],
    [
      429,
      {
        error: {
          code: 429,
          status: 'RESOURCE_EXHAUSTED',
          message: 'Resource has been exhausted (e.g. check quota).',
        },
      },
    ],
    [429, { object: 'error', message: 'Requests rate limit exceeded', type: 'rate_limited', code: '1300' }],
    [
      429,
      {
        object: 'error',
        message: 'Service tier capacity exceeded for this model.',
        type: 'service_tier_capacity_exceeded',
        code: '3505',
      },
    ],
    [429, { code: 'Throttling.RateQuota', message: 'Requests rate limit exceeded, please try again later.' }],
    [429, { error: { code: '1302', message: '您的账户已达到速率限制，请您控制请求频率' } }],
    [429, { error: { code: '1305', message: '该模型当前访问量过大，请您稍后再试' } }],
    [
      429,
      {
        error: {
          message: 'The engine is currently overloaded, please try again later',
          type: 'engine_overloaded_error',
        },
      },
    ],
    [
      429,
      {
        error: {
          message: 'Organization Rate limit exceeded, please try again after 1 seconds',
          type: 'rate_limit_reached_error',
        },
      },
    ],
    [
      429,
      {
        type: 'error',
        error: {
          type: 'rate_limit_error',
          message: "This request would exceed your account's rate limit. Please try again later.",
        },
      },
    ],
    [
      429,
      {
        type: 'error',
        error: {
          type: 'rate_limit_error',
          message:
            'This request would exceed the rate limit for your organization (uuid) of 30,000 input tokens per minute.',
        },
      },
    ],
    [429, { __type: 'ThrottlingException', message: 'Too many requests, please wait before trying again.' }],
    [400, { __type: 'ThrottlingException', message: 'Rate exceeded' }],
    [
      413,
      {
        error: {
          message:
            'Request too large for model `x` on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce your message size and try again.',
          type: 'tokens',
          code: 'rate_limit_exceeded',
        },
      },
    ],
    [
      429,
      {
        error: {
          message: 'Provider returned error',
          code: 429,
          metadata: { raw: 'model is temporarily rate-limited upstream. Please retry shortly' },
        },
      },
    ],
  ],
  quota: [
    [
      429,
      {
        error: {
          message:
            'Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day',
          code: 429,
        },
      },
    ],
    [
      429,
      {
        error: {
          message:
            'Rate limit reached for model `llama` in organization `org` service tier `on_demand` on tokens per day (TPD): Limit 100000, Used 99336, Requested 2000. Please try again in 19m14s.',
          type: 'tokens',
          code: 'rate_limit_exceeded',
        },
      },
    ],
    [
      429,
      {
        error: {
          message: 'Rate limit reached for model on requests per day (RPD): Limit 1000',
          type: 'requests',
          code: 'rate_limit_exceeded',
        },
      },
    ],
    [429, { message: 'Monthly token limit exceeded' }],
    [429, { error: 'You have reached your weekly usage limit, please upgrade' }],
    [
      403,
      {
        error: {
          message:
            'Your team abc has either used all available credits or reached its monthly spending limit.',
          code: 'The caller does not have permission',
        },
      },
    ],
    [
      403,
      {
        error: {
          message: 'Key limit exceeded (total limit). Manage it using https://openrouter.ai/settings/keys',
          code: 403,
        },
      },
    ],
    [
      400,
      {
        error: {
          message: 'Your credit balance is too low to access the Anthropic API.',
          type: 'invalid_request_error',
        },
      },
    ],
    [
      400,
      {
        code: 'Arrearage',
        message: 'Access denied, please make sure your account is in good standing.',
        request_id: 'x',
      },
    ],
    [
      429,
      {
        code: 'Throttling.AllocationQuota',
        message: 'Allocated quota exceeded, please increase your quota limit.',
      },
    ],
    [
      403,
      {
        code: 'AllocationQuota.FreeTierOnly',
        message:
          'The free tier of the model has been exhausted. If you wish to continue access the model on a paid basis, please disable the "use free tier only" mode',
      },
    ],
    [
      429,
      {
        error: { code: '1308', message: '已达到 5 小时的使用上限。您的限额将在 2026-11-21 02:00:00 重置。' },
      },
    ],
    [429, { error: { code: '1304', message: '您的账户已达到今日调用次数限额' } }],
    [
      429,
      {
        error: {
          message: 'Your account org-x<ak-y> is suspended, please check your plan and billing details',
          type: 'exceeded_current_quota_error',
        },
      },
    ],
    [
      429,
      {
        type: 'error',
        error: {
          type: 'rate_limit_error',
          message: 'Number of request tokens has exceeded your daily rate limit',
        },
      },
    ],
    [429, { message: 'Too many tokens per day, please wait before trying again.' }],
    [
      400,
      {
        __type: 'com.amazon.coral.service#ServiceQuotaExceededException',
        message: 'You have exceeded your quota',
      },
    ],
  ],
  model_not_found: [
    [400, { message: 'The provided model identifier is invalid.' }],
    [
      404,
      {
        error: {
          message: 'The model `gpt-9` does not exist or you do not have access to it.',
          code: 'model_not_found',
        },
      },
    ],
    [
      400,
      { error: { message: 'Model Not Exist', type: 'invalid_request_error', code: 'invalid_request_error' } },
    ],
    [
      400,
      {
        error: {
          message: 'The model `x` has been decommissioned and is no longer supported.',
          code: 'model_decommissioned',
        },
      },
    ],
    [400, { error: { message: 'x is not a valid model ID', code: 400 } }],
    [404, { error: { message: 'No endpoints found for x.', code: 404 } }],
    [
      404,
      {
        error: {
          message: 'No endpoints found matching your data policy. Enable prompt training here',
          code: 404,
        },
      },
    ],
    [404, { error: { message: 'No allowed providers are available for the selected model.', code: 404 } }],
    [
      404,
      {
        error: {
          code: 'DeploymentNotFound',
          message: 'The API deployment for this resource does not exist.',
        },
      },
    ],
    [404, { error: "model 'x' not found" }],
    [404, { error: 'model "x" not found, try pulling it first' }],
    [400, { error: { message: 'Invalid model: x', type: 'invalid_model', code: '1500' } }],
    [400, { code: 20012, message: 'Model does not exist. Please check it carefully.' }],
    [400, { error: { code: '1211', message: '模型不存在，请检查模型代码。' } }],
    [404, { code: 'ModelNotFound', message: 'Model not exist.' }],
    [400, { error: { message: 'Unable to access model x. Please visit ...', code: 'model_not_available' } }],
    [400, { error: 'No models loaded. Please load a model in the developer page' }],
    [404, { error: { message: 'Model x is not available for your plan' } }],
    [400, { error: { message: 'The requested model is not supported.', code: 'model_not_supported' } }],
    [400, { error: { message: 'Unsupported model: x' } }],
    [400, { error: { message: 'model not supported' } }],
    [400, { error: { message: "This model isn't available" } }],
    [404, { type: 'error', error: { type: 'not_found_error', message: 'model: claude-x' } }],
    [
      403,
      {
        error: {
          message: 'Project `p` does not have access to model `gpt-x`',
          type: 'invalid_request_error',
          code: 'model_not_found',
        },
      },
    ],
    [
      404,
      { error: { message: 'This model is only supported in v1/responses and not in v1/chat/completions.' } },
    ],
    [404, 'page not found'],
  ],
  authentication: [
    [403, { message: "You don't have access to the model with the specified model ID." }],
    [403, { Message: 'User: arn:aws:iam::1:user/x is not authorized to perform: bedrock:InvokeModel' }],
    [403, { message: 'The security token included in the request is invalid.' }],
    [403, { message: 'Model access is denied due to IAM' }],
    [
      403,
      {
        error: {
          code: 403,
          message: 'Your API key was reported as leaked. Please use another API key.',
          status: 'PERMISSION_DENIED',
        },
      },
    ],
    [
      403,
      {
        error: {
          code: 403,
          message: "Method doesn't allow unregistered callers (callers without established identity).",
          status: 'PERMISSION_DENIED',
        },
      },
    ],
    [400, { error: 'Incorrect API key provided: xx. You can obtain an API key from https://console.x.ai.' }],
    [401, { message: 'invalid api token' }],
    [400, { code: 'InvalidApiKey', message: 'Invalid API-key provided.' }],
    [400, { error: { message: 'No auth credentials found', code: 401 } }],
    [404, { error: { message: 'No auth credentials found' } }],
    [400, { error: { message: 'This organization has been disabled.', type: 'invalid_request_error' } }],
    [403, { error: { type: 'forbidden', message: 'Request not allowed' } }],
    [
      401,
      {
        error: {
          message: 'OAuth token has expired. Please obtain a new token',
          type: 'authentication_error',
        },
      },
    ],
    [
      400,
      {
        error: {
          message: 'You must be a member of an organization to use the API',
          type: 'invalid_request_error',
        },
      },
    ],
    [400, { error: { message: 'Missing bearer or basic authentication in header' } }],
    [400, { error: { message: 'Access token is expired' } }],
    [400, { error: { message: 'Account deactivated' } }],
    [403, 'error code: 1010'],
    [403, '<html><title>Just a moment...</title></html>'],
    [407, 'Proxy Authentication Required'],
    [400, { error: { message: 'token is unusable (1004)', code: '1004' } }],
  ],
  invalid_request: [
    [424, { message: 'Model error' }],
    [400, { promptFeedback: { blockReason: 'SAFETY' } }],
    [499, ''],
    [400, { error: { message: 'Model is currently loading', estimated_time: 20 } }],
    [405, { detail: 'Method Not Allowed' }],
    [
      422,
      {
        object: 'error',
        message: {
          detail: [{ type: 'extra_forbidden', loc: ['body', 'x'], msg: 'Extra inputs are not permitted' }],
        },
        type: 'invalid_request_error',
      },
    ],
    [400, { error: { message: "Unsupported parameter: 'temperature'", code: 'unsupported_parameter' } }],
    [400, { error: { message: 'Unrecognized request argument supplied: reasoning_effort' } }],
    [400, { error: { message: 'max_tokens must be at most 4096' } }],
    [
      400,
      {
        error: {
          message:
            'max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude',
        },
      },
    ],
    [400, { error: { message: 'messages: at least one message is required' } }],
    [400, { error: { message: 'messages: text content blocks must be non-empty' } }],
    [400, { error: { message: "Invalid value: 'model'. Supported values are: 'user' and 'assistant'" } }],
    [400, { error: { message: 'temperature: range: 0..1' } }],
    [400, { error: { message: 'This model does not support assistant message prefill.' } }],
    [400, { error: { message: 'model `x` does not support tools' } }],
    [400, { error: { message: 'Budget tokens must be less than max_tokens' } }],
  ],
  context_too_large: [
    [
      400,
      {
        error: {
          message:
            "This model's maximum context length is 128000 tokens. However, your messages resulted in 130000 tokens.",
          code: 'context_length_exceeded',
        },
      },
    ],
    [
      400,
      {
        error: {
          message:
            'Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens.',
        },
      },
    ],
    [
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: 'input length and `max_tokens` exceed context limit: 199000 + 8192 > 200000',
        },
      },
    ],
    [
      413,
      { type: 'error', error: { type: 'request_too_large', message: 'Request exceeds the maximum size' } },
    ],
    [
      400,
      {
        object: 'error',
        message: "This model's maximum context length is 4096 tokens, however you requested 5000 tokens",
        type: 'BadRequestError',
        code: 400,
      },
    ],
    [
      400,
      {
        object: 'error',
        message:
          "'max_tokens' or 'max_completion_tokens' is too large: 5000. This model's maximum context length is 4096 tokens and your request has 100 input tokens",
      },
    ],
    [
      400,
      {
        object: 'error',
        message: 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.',
      },
    ],
    [422, { error: 'Input validation error: `inputs` must have less than 4095 tokens. Given: 5000' }],
    [
      400,
      {
        error:
          'Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens',
      },
    ],
    [400, { code: 'InvalidParameter', message: 'Range of input length should be [1, 6000]' }],
    [400, { error: { code: '1261', message: 'Prompt 超长' } }],
    [
      400,
      {
        error: {
          message: 'Invalid request: Your request exceeded model token limit: 8192',
          type: 'invalid_request_error',
        },
      },
    ],
    [400, { message: 'too many tokens: total tokens in the prompt cannot exceed 4081 - received 5000' }],
    [
      400,
      {
        error: {
          message:
            'Prompt contains 5000 tokens and 0 draft tokens, too large for model with 4096 maximum context length',
          type: 'invalid_request_prompt',
        },
      },
    ],
    [
      400,
      {
        error: {
          message: 'the prompt has 5000 tokens, but the configured maximum is 4096',
          type: 'invalid_request_error',
        },
      },
    ],
    [
      400,
      { code: 20015, message: 'max_total_tokens (5000) must be less than or equal to max_seq_len (4096)' },
    ],
    [422, { error: { message: 'Input validation error: inputs tokens + max_new_tokens must be <= 8193' } }],
    [400, { error: { message: 'inputs tokens too long', type: 'x' } }],
    [400, { base_resp: { status_code: 1039, status_msg: 'token limit exceeded' } }],
    [400, { error: { message: 'The conversation is too long. Please start a new chat.' } }],
    [
      400,
      {
        error: {
          message:
            "This endpoint's maximum context length is 32768 tokens. However, you requested about 40000 tokens (39000 of text input, 1000 in the output).",
          code: 400,
        },
      },
    ],
    [
      400,
      {
        error: {
          message: "Requested token count exceeds the model's maximum context length of 32768 tokens.",
        },
      },
    ],
    [
      400,
      {
        error: {
          code: 'string_above_max_length',
          message:
            "Invalid 'messages[0].content': string too long. Expected a string with maximum length 10485760",
        },
      },
    ],
    [413, 'Payload Too Large'],
    [
      400,
      {
        error: {
          message: 'Provider returned error',
          code: 400,
          metadata: { raw: '{"error":{"message":"prompt is too long: 5 tokens > 4 maximum"}}' },
        },
      },
    ],
  ],
  refused: [
    [
      400,
      {
        error: {
          message:
            "The response was filtered due to the prompt triggering Azure OpenAI's content management policy.",
          code: 'content_filter',
          innererror: { code: 'ResponsibleAIPolicyViolation' },
        },
      },
    ],
    [
      400,
      {
        error: {
          message: 'Invalid prompt: your prompt was flagged as potentially violating our usage policy.',
          code: 'invalid_prompt',
        },
      },
    ],
    [
      400,
      { error: { message: 'Output blocked by content filtering policy', type: 'invalid_request_error' } },
    ],
    [400, { code: 'DataInspectionFailed', message: 'Input data may contain inappropriate content.' }],
    [400, { error: { code: '1301', message: '系统检测到输入或生成内容可能包含不安全或敏感内容' } }],
    [
      400,
      {
        error: {
          message: 'The request was rejected because it was considered high risk',
          type: 'content_filter',
        },
      },
    ],
    [
      403,
      {
        error: {
          message: 'x requires moderation',
          code: 403,
          metadata: { reasons: ['violence'], flagged_input: 'x' },
        },
      },
    ],
    [
      400,
      {
        error: {
          message: 'Your request was rejected as a result of our safety system.',
          code: 'moderation_blocked',
        },
      },
    ],
    [400, { error: { message: 'Failed check: SAFETY_CHECK_TYPE_CSAM' } }],
    [
      403,
      {
        error: { message: 'Content violates usage guidelines. Failed check: SAFETY_CHECK_TYPE_DATA_LEAKAGE' },
      },
    ],
    [400, { error: { message: 'Input was flagged by our moderation endpoint' } }],
  ],
  overloaded: [
    [529, { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }],
    [
      503,
      {
        error: {
          code: 503,
          message: 'The model is overloaded. Please try again later.',
          status: 'UNAVAILABLE',
        },
      },
    ],
    [503, 'upstream connect error or disconnect/reset before headers. reset reason: overflow'],
    [498, { error: { message: 'Capacity exceeded', code: 'capacity_exceeded' } }],
    [503, { error: 'Model x is currently loading', estimated_time: 20 }],
    [503, { error: { message: 'Loading model', type: 'unavailable_error', code: 503 } }],
  ],
  provider_error: [
    [
      500,
      {
        error: {
          message: 'The server had an error while processing your request. Sorry about that!',
          type: 'server_error',
        },
      },
    ],
    [500, { error: { message: 'We are currently at capacity' } }],
    [520, '<html>cloudflare</html>'],
    [522, ''],
    [524, '<title>A timeout occurred</title>'],
    [502, { error: { message: 'Provider returned error', code: 502, metadata: { raw: 'upstream' } } }],
    [408, { error: { message: 'Request timeout' } }],
    [425, ''],
  ],
};

describe.each(Object.entries(REFUSALS))('%s', (type, refusals) => {
  it.each(refusals.map(([status, body]) => [status, typeof body === 'string' ? body : JSON.stringify(body)]))(
    '%d %s',
    (status, body) => {
      const error = errorInBody(String(body));
      expect(typeOfRefusal({ status: Number(status), error })).toBe(type as FailureType);
    },
  );
});
