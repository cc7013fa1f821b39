import { plain } from '../../rig/provider.js';
import { anthropic, type Fault, openai, SHORT } from './fault.js';

/** All other refusals of a provider. */
export const REFUSALS: Fault[] = [
  {
    name: '529',
    api: 'anthropic-messages',
    reply: plain(529, anthropic('overloaded_error', 'Overloaded')),
    type: 'overloaded',
  },
  {
    name: '503',
    reply: plain(
      503,
      openai('The server is overloaded', { type: 'server_error', code: 'server_is_overloaded' }),
      { 'retry-after': '3' },
    ),
    type: 'overloaded',
    more: { retryAfterMs: 3000 },
  },
  {
    name: '500',
    reply: plain(500, openai('The server had an error', { type: 'server_error' })),
    type: 'provider_error',
  },
  {
    name: '502 with a page',
    reply: plain(502, '<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>'),
    type: 'provider_error',
    says: /502: 502 Bad Gateway/,
  },
  { name: '504 with nothing', reply: plain(504, ''), type: 'provider_error', says: /answered 504/ },
  {
    name: '408',
    reply: plain(408, { error: { code: 408, message: 'Your request timed out' } }),
    type: 'provider_error',
  },
  {
    name: '401',
    reply: plain(401, openai('Incorrect API key provided: key-of-a-****1234', { code: 'invalid_api_key' })),
    type: 'authentication',
    says: /Incorrect API key/,
    more: { hint: 'check the key in `API_KEY`' },
  },
  {
    name: '401 of Anthropic',
    api: 'anthropic-messages',
    reply: plain(401, anthropic('authentication_error', 'invalid x-api-key'), { 'request-id': 'req_42' }),
    type: 'authentication',
    says: /request `req_42`/,
  },
  {
    name: '403',
    api: 'anthropic-messages',
    reply: plain(403, anthropic('permission_error', 'no access')),
    type: 'authentication',
  },
  {
    name: '403 of a moderation',
    reply: plain(403, {
      error: {
        code: 403,
        message: 'Input was flagged',
        metadata: { reasons: ['violence'], provider_name: 'x' },
      },
    }),
    type: 'refused',
  },
  {
    name: '400 of a content policy',
    reply: plain(
      400,
      openai('Your request was rejected by our safety system', { code: 'content_policy_violation' }),
    ),
    type: 'refused',
  },
  {
    name: '404 of a model',
    reply: plain(
      404,
      openai('The model `m` does not exist or you do not have access to it.', { code: 'model_not_found' }),
    ),
    type: 'model_not_found',
  },
  {
    name: '404 of a model at Anthropic',
    api: 'anthropic-messages',
    reply: plain(404, anthropic('not_found_error', 'model: m')),
    type: 'model_not_found',
  },
  {
    name: '400 of a model id',
    reply: plain(400, { error: { code: 400, message: 'x/y is not a valid model ID' } }),
    type: 'model_not_found',
  },
  {
    name: '404 of a path',
    reply: plain(404, '<html>Not here</html>'),
    type: 'model_not_found',
    says: /answered 404: Not here/,
  },
  {
    name: '400 of a long prompt at OpenAI',
    reply: plain(
      400,
      openai("This model's maximum context length is 128000 tokens", { code: 'context_length_exceeded' }),
    ),
    type: 'context_too_large',
  },
  {
    name: '400 of a long prompt at Anthropic',
    api: 'anthropic-messages',
    reply: plain(
      400,
      anthropic('invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum'),
    ),
    type: 'context_too_large',
  },
  {
    name: '413',
    api: 'anthropic-messages',
    reply: plain(413, anthropic('request_too_large', 'Request exceeds the maximum size')),
    type: 'context_too_large',
  },
  {
    name: '400 of a long prompt at llama.cpp',
    reply: plain(400, {
      error: {
        code: 400,
        message: 'the request exceeds the available context size',
        type: 'exceed_context_size_error',
      },
    }),
    type: 'context_too_large',
  },
  {
    name: '400 of a long prompt at vLLM',
    reply: plain(400, {
      object: 'error',
      message: "This model's maximum context length is 4096 tokens. However, you requested 5000",
      type: 'BadRequestError',
      code: 400,
    }),
    type: 'context_too_large',
  },
  {
    name: '400',
    reply: plain(400, openai("Unsupported value: 'temperature'")),
    type: 'invalid_request',
    says: /Unsupported value/,
  },
  {
    name: '422 with a list of findings',
    reply: plain(422, { detail: [{ loc: ['body'], msg: 'field required' }] }),
    type: 'invalid_request',
    says: /field required/,
  },
  {
    name: 'an error that is only a text',
    reply: plain(400, { error: 'bad thing' }),
    type: 'invalid_request',
    says: /bad thing/,
  },
  {
    name: 'a redirect to another host',
    reply: plain(307, '', { location: 'http://localhost:1/v1' }),
    type: 'invalid_response',
    says: /answered 307/,
  },
  {
    name: 'a refusal without end',
    reply: async ({ head, write }) => {
      head(400, { 'content-type': 'application/json' });
      await write('{"error":{"message":"never ends');
    },
    type: 'invalid_request',
    says: /answered 400/,
    tool: SHORT,
  },
];
