import { OPENAI_ERRORS, OPENAI_USUAL } from './openai-responses.js';
import {
  type CalledTool,
  eventReply,
  jsonReply,
  newId,
  type ProviderCall,
  type Reply,
  type SseEvent,
  type Tokens,
  type Wire,
} from './wire.js';

/** OpenAI Chat Completions, and the list of models. */
export const openaiChat: Wire = {
  name: 'openai-chat',
  kind(call) {
    if (call.path.endsWith('/chat/completions')) return 'model';
    return call.path.startsWith('/openai/') ? 'side' : null;
  },
  answer: (call, text, tokens = OPENAI_USUAL) =>
    call.streamed ? streamed(call, text, tokens) : whole(call, text, tokens),
  toolCall: (call, tool, tokens = OPENAI_USUAL) => streamedToolCall(call, tool, tokens),
  side: () =>
    jsonReply({ object: 'list', data: [{ id: 'loopback-model', object: 'model', owned_by: 'loopback' }] }),
  failure: (status) => jsonReply({ error: OPENAI_ERRORS[status] }, status),
};

function usageOf({ input, cacheRead, output, reasoning }: Tokens) {
  return {
    prompt_tokens: input + cacheRead,
    prompt_tokens_details: { cached_tokens: cacheRead },
    completion_tokens: output,
    completion_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: input + cacheRead + output,
  };
}

function base(call: ProviderCall, object: string) {
  return { id: 'chatcmpl-loopback', object, created: 1, model: call.body.model };
}

function whole(call: ProviderCall, text: readonly [string, string], tokens: Tokens): Reply {
  const message = { role: 'assistant', content: text.join('') };
  return jsonReply({
    ...base(call, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: usageOf(tokens),
  });
}

function chunkOf(call: ProviderCall, delta: Record<string, unknown>, finish: string | null = null): SseEvent {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { name: null, data: { ...base(call, 'chat.completion.chunk'), choices } };
}

function end(call: ProviderCall, tokens: Tokens): SseEvent[] {
  const usage = { ...base(call, 'chat.completion.chunk'), choices: [], usage: usageOf(tokens) };
  return [
    { name: null, data: usage },
    { name: null, data: '[DONE]' },
  ];
}

function streamed(call: ProviderCall, [first, rest]: readonly [string, string], tokens: Tokens): Reply {
  return eventReply(
    [chunkOf(call, { role: 'assistant', content: '' }), chunkOf(call, { content: first })],
    [chunkOf(call, { content: rest }), chunkOf(call, {}, 'stop'), ...end(call, tokens)],
  );
}

function streamedToolCall(call: ProviderCall, { name, input }: CalledTool, tokens: Tokens): Reply {
  const called = { name, arguments: JSON.stringify(input) };
  const toolCalls = [{ index: 0, id: newId('call'), type: 'function', function: called }];
  return eventReply(
    [chunkOf(call, { role: 'assistant', content: null, tool_calls: toolCalls })],
    [chunkOf(call, {}, 'tool_calls'), ...end(call, tokens)],
  );
}
