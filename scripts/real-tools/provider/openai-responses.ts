import {
  type CalledTool,
  eventReply,
  type FailureStatus,
  jsonReply,
  newId,
  type ProviderCall,
  type Reply,
  type Tokens,
  type Wire,
} from './wire.js';

/** OpenAI Responses. */
export const openaiResponses: Wire = {
  name: 'openai-responses',
  kind(call) {
    if (call.method === 'POST' && call.path.endsWith('/responses')) return 'model';
    return null;
  },
  answer: (call, text, tokens = OPENAI_USUAL) =>
    call.streamed ? streamed(call, text, tokens) : jsonReply(completed(call, item(text.join('')), tokens)),
  toolCall: (call, tool, tokens = OPENAI_USUAL) => streamedToolCall(call, tool, tokens),
  side: () => jsonReply({ object: 'list', data: [] }),
  failure: (status) => jsonReply({ error: OPENAI_ERRORS[status] }, status),
};

/** The tokens of an answer of OpenAI's APIs, unless others are asked for. */
export const OPENAI_USUAL: Tokens = { input: 89, cacheRead: 22, cacheWrite: 0, output: 33, reasoning: 7 };

/** The error bodies of OpenAI, which Chat Completions shares. */
export const OPENAI_ERRORS: Record<FailureStatus, Record<string, string | null>> = {
  401: {
    message: 'Incorrect API key provided: dummy.',
    type: 'invalid_request_error',
    param: null,
    code: 'invalid_api_key',
  },
  429: {
    message: 'Rate limit reached for requests per min (RPM)',
    type: 'requests',
    param: null,
    code: 'rate_limit_exceeded',
  },
  500: {
    message: 'The server had an error while processing your request',
    type: 'server_error',
    param: null,
    code: null,
  },
};

function item(text: string) {
  return {
    type: 'message',
    id: 'msg_loopback',
    status: 'completed',
    role: 'assistant',
    content: [{ type: 'output_text', text, annotations: [] }],
  };
}

function response(call: ProviderCall, status: string) {
  return { id: 'resp_loopback', object: 'response', created_at: 1, status, model: call.body.model };
}

function completed(call: ProviderCall, output: object, tokens: Tokens) {
  const { input, cacheRead, output: written, reasoning } = tokens;
  return {
    ...response(call, 'completed'),
    output: [output],
    usage: {
      input_tokens: input + cacheRead,
      input_tokens_details: { cached_tokens: cacheRead },
      output_tokens: written,
      output_tokens_details: { reasoning_tokens: reasoning },
      total_tokens: input + cacheRead + written,
    },
  };
}

function streamed(call: ProviderCall, [begin, end]: readonly [string, string], tokens: Tokens): Reply {
  const event = (data: { type: string }) => ({ name: data.type, data });
  const place = { item_id: 'msg_loopback', output_index: 0, content_index: 0 };
  return eventReply(
    [
      { type: 'response.created', response: { ...response(call, 'in_progress'), output: [] } },
      {
        type: 'response.output_item.added',
        output_index: 0,
        item: { ...item(''), status: 'in_progress', content: [] },
      },
      {
        type: 'response.content_part.added',
        ...place,
        part: { type: 'output_text', text: '', annotations: [] },
      },
      { type: 'response.output_text.delta', ...place, delta: begin },
    ].map(event),
    [
      { type: 'response.output_text.delta', ...place, delta: end },
      { type: 'response.output_text.done', ...place, text: begin + end },
      { type: 'response.output_item.done', output_index: 0, item: item(begin + end) },
      { type: 'response.completed', response: completed(call, item(begin + end), tokens) },
    ].map(event),
  );
}

function streamedToolCall(call: ProviderCall, tool: CalledTool, tokens: Tokens): Reply {
  const event = (data: { type: string }) => ({ name: data.type, data });
  const { name, namespace, isProgram, input } = tool;
  const called = {
    ...(isProgram
      ? { type: 'custom_tool_call', id: newId('ctc'), input }
      : { type: 'function_call', id: newId('fc'), arguments: JSON.stringify(input) }),
    call_id: newId('call'),
    ...(namespace === null ? {} : { namespace }),
    name,
    status: 'completed',
  };
  return eventReply(
    [{ type: 'response.created', response: { ...response(call, 'in_progress'), output: [] } }].map(event),
    [
      { type: 'response.output_item.done', output_index: 0, item: called },
      { type: 'response.completed', response: completed(call, called, tokens) },
    ].map(event),
  );
}
