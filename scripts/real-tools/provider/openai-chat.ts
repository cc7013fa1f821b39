import { OPENAI_ERRORS } from './openai-responses.js';
import { eventReply, jsonReply, type ProviderCall, type Reply, type Wire } from './wire.js';

/** OpenAI Chat Completions, and the list of models. */
export const openaiChat: Wire = {
  name: 'openai-chat',
  kind(call) {
    if (call.path.endsWith('/chat/completions')) return 'model';
    return call.path.startsWith('/openai/') ? 'side' : null;
  },
  answer: (call, text) => (call.streamed ? streamed(call, text) : whole(call, text)),
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

function streamed(call: ProviderCall, [begin, end]: readonly [string, string]): Reply {
  const chunk = (delta: Record<string, string>, finish: string | null = null) => ({
    name: null,
    data: {
      ...base(call, 'chat.completion.chunk'),
      choices: [{ index: 0, delta, finish_reason: finish }],
    },
  });
  const usage = { ...base(call, 'chat.completion.chunk'), choices: [], usage: USAGE };
  return eventReply(
    [chunk({ role: 'assistant', content: '' }), chunk({ content: begin })],
    [chunk({ content: end }), chunk({}, 'stop'), { name: null, data: usage }, { name: null, data: '[DONE]' }],
  );
}
