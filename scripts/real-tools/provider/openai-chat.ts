import { OPENAI_ERRORS } from './openai-responses.js';
import {
  eventReply,
  jsonReply,
  newId,
  type OfferedTool,
  type ProviderCall,
  type Reply,
  type SseEvent,
  type Wire,
} from './wire.js';

/** OpenAI Chat Completions, and the list of models. */
export const openaiChat: Wire = {
  name: 'openai-chat',
  kind(call) {
    if (call.path.endsWith('/chat/completions')) return 'model';
    return call.path.startsWith('/openai/') ? 'side' : null;
  },
  answer: (call, text) => (call.streamed ? streamed(call, text) : whole(call, text)),
  toolCall: streamedToolCall,
  side: () =>
    jsonReply({ object: 'list', data: [{ id: 'loopback-model', object: 'model', owned_by: 'loopback' }] }),
  failure: (status) => jsonReply({ error: OPENAI_ERRORS[status] }, status),
};

const USAGE = {
  prompt_tokens: 111,
  prompt_tokens_details: { cached_tokens: 22 },
  completion_tokens: 33,
  completion_tokens_details: { reasoning_tokens: 7 },
  total_tokens: 144,
};

function base(call: ProviderCall, object: string) {
  return { id: 'chatcmpl-loopback', object, created: 1, model: call.body.model };
}

function whole(call: ProviderCall, text: readonly [string, string]): Reply {
  const message = { role: 'assistant', content: text.join('') };
  return jsonReply({
    ...base(call, 'chat.completion'),
    choices: [{ index: 0, message, finish_reason: 'stop' }],
    usage: USAGE,
  });
}

function chunkOf(call: ProviderCall, delta: Record<string, unknown>, finish: string | null = null): SseEvent {
  const choices = [{ index: 0, delta, finish_reason: finish }];
  return { name: null, data: { ...base(call, 'chat.completion.chunk'), choices } };
}

function end(call: ProviderCall): SseEvent[] {
  const usage = { ...base(call, 'chat.completion.chunk'), choices: [], usage: USAGE };
  return [
    { name: null, data: usage },
    { name: null, data: '[DONE]' },
  ];
}

function streamed(call: ProviderCall, [first, rest]: readonly [string, string]): Reply {
  return eventReply(
    [chunkOf(call, { role: 'assistant', content: '' }), chunkOf(call, { content: first })],
    [chunkOf(call, { content: rest }), chunkOf(call, {}, 'stop'), ...end(call)],
  );
}

function streamedToolCall(call: ProviderCall, { name }: OfferedTool, input: unknown): Reply {
  const called = { name, arguments: JSON.stringify(input) };
  const toolCalls = [{ index: 0, id: newId('call'), type: 'function', function: called }];
  return eventReply(
    [chunkOf(call, { role: 'assistant', content: null, tool_calls: toolCalls })],
    [chunkOf(call, {}, 'tool_calls'), ...end(call)],
  );
}
