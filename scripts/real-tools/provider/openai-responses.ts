import {
  eventReply,
  type FailureStatus,
  jsonReply,
  newId,
  type OfferedTool,
  type ProviderCall,
  type Reply,
  type Wire,
} from './wire.js';

/** OpenAI Responses. */
export const openaiResponses: Wire = {
  name: 'openai-responses',
  kind(call) {
    if (call.method === 'POST' && call.path.endsWith('/responses')) return 'model';
    return null;
  },
  answer: (call, text) =>
    call.streamed ? streamed(call, text) : jsonReply(completed(call, item(text.join('')))),
  toolCall: streamedToolCall,
  side: () => jsonReply({ object: 'list', data: [] }),
  failure: (status) => jsonReply({ error: OPENAI_ERRORS[status] }, status),
};

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

function completed(call: ProviderCall, output: object) {
  return {
    ...response(call, 'completed'),
    output: [output],
    usage: {
      input_tokens: 111,
      input_tokens_details: { cached_tokens: 22 },
      output_tokens: 33,
      output_tokens_details: { reasoning_tokens: 7 },
      total_tokens: 144,
    },
  };
}

function streamed(call: ProviderCall, [begin, end]: readonly [string, string]): Reply {
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
      { type: 'response.completed', response: completed(call, item(begin + end)) },
    ].map(event),
  );
}

function streamedToolCall(call: ProviderCall, { name, namespace }: OfferedTool, input: unknown): Reply {
  const event = (data: { type: string }) => ({ name: data.type, data });
  const called = {
    type: 'function_call',
    id: newId('fc'),
    call_id: newId('call'),
    ...(namespace === null ? {} : { namespace }),
    name,
    arguments: JSON.stringify(input),
    status: 'completed',
  };
  return eventReply(
    [{ type: 'response.created', response: { ...response(call, 'in_progress'), output: [] } }].map(event),
    [
      { type: 'response.output_item.done', output_index: 0, item: called },
      { type: 'response.completed', response: completed(call, called) },
    ].map(event),
  );
}
