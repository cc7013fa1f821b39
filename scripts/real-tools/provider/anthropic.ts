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

/** Anthropic Messages, with token counting and the list of models. */
export const anthropic: Wire = {
  name: 'anthropic',
  kind(call) {
    if (call.path.endsWith('/v1/messages')) return 'model';
    return call.path.startsWith('/anthropic/') ? 'side' : null;
  },
  answer: (call, text, tokens = USUAL) =>
    call.streamed ? streamed(call, text, tokens) : whole(call, text, tokens),
  toolCall: (call, tool, tokens = USUAL) => streamedToolCall(call, tool, tokens),
  side: (call) =>
    call.path.endsWith('/count_tokens')
      ? jsonReply({ input_tokens: 102 })
      : jsonReply({ data: [], has_more: false }),
  failure: (status) => jsonReply({ type: 'error', error: ERRORS[status] }, status),
};

const USUAL: Tokens = { input: 12, cacheWrite: 34, cacheRead: 56, output: 78, reasoning: 0 };

function inputOf({ input, cacheWrite, cacheRead }: Tokens) {
  return {
    input_tokens: input,
    cache_creation_input_tokens: cacheWrite,
    cache_read_input_tokens: cacheRead,
  };
}

const ERRORS: Record<FailureStatus, { type: string; message: string }> = {
  401: { type: 'authentication_error', message: 'invalid x-api-key' },
  429: { type: 'rate_limit_error', message: "This request would exceed your account's rate limit" },
  500: { type: 'api_error', message: 'Internal server error' },
};

function message(call: ProviderCall) {
  return {
    id: 'msg_loopback',
    type: 'message',
    role: 'assistant',
    model: call.body.model,
    stop_reason: null as string | null,
    stop_sequence: null,
  };
}

function whole(call: ProviderCall, text: readonly [string, string], tokens: Tokens): Reply {
  const content = [{ type: 'text', text: text.join('') }];
  const usage = { ...inputOf(tokens), output_tokens: tokens.output };
  return jsonReply({ ...message(call), stop_reason: 'end_turn', content, usage });
}

function streamed(call: ProviderCall, [begin, end]: readonly [string, string], tokens: Tokens): Reply {
  const event = (data: { type: string }) => ({ name: data.type, data });
  const delta = (text: string) => ({
    type: 'content_block_delta',
    index: 0,
    delta: { type: 'text_delta', text },
  });
  return eventReply(
    [
      {
        type: 'message_start',
        message: { ...message(call), content: [], usage: { ...inputOf(tokens), output_tokens: 1 } },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      delta(begin),
    ].map(event),
    [
      delta(end),
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: tokens.output },
      },
      { type: 'message_stop' },
    ].map(event),
  );
}

function streamedToolCall(call: ProviderCall, { name, input }: CalledTool, tokens: Tokens): Reply {
  const event = (data: { type: string }) => ({ name: data.type, data });
  return eventReply(
    [
      {
        type: 'message_start',
        message: { ...message(call), content: [], usage: { ...inputOf(tokens), output_tokens: 1 } },
      },
      {
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'tool_use', id: newId('toolu'), name, input: {} },
      },
      {
        type: 'content_block_delta',
        index: 0,
        delta: { type: 'input_json_delta', partial_json: JSON.stringify(input) },
      },
    ].map(event),
    [
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'tool_use', stop_sequence: null },
        usage: { output_tokens: tokens.output },
      },
      { type: 'message_stop' },
    ].map(event),
  );
}
