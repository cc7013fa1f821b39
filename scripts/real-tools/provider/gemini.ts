import {
  eventReply,
  type FailureStatus,
  jsonReply,
  type OfferedTool,
  type ProviderCall,
  type Reply,
  type Wire,
} from './wire.js';

/** Gemini: generateContent and streamGenerateContent, with token counting and the list of models. */
export const gemini: Wire = {
  name: 'gemini',
  kind(call) {
    if (/:(streamG|g)enerateContent$/.test(call.path)) return 'model';
    return call.path.startsWith('/gemini/') ? 'side' : null;
  },
  answer: (call, text) =>
    call.path.endsWith(':streamGenerateContent') ? streamed(call, text) : whole(call, text),
  toolCall: streamedToolCall,
  side: (call) =>
    call.path.endsWith(':countTokens') ? jsonReply({ totalTokens: 111 }) : jsonReply({ models: [] }),
  failure: (status) => jsonReply({ error: ERRORS[status] }, status),
};

const USAGE = {
  promptTokenCount: 111,
  cachedContentTokenCount: 22,
  candidatesTokenCount: 33,
  thoughtsTokenCount: 7,
  totalTokenCount: 151,
};
const ERRORS: Record<FailureStatus, { code: number; message: string; status: string }> = {
  401: {
    code: 401,
    message: 'Request had invalid authentication credentials.',
    status: 'UNAUTHENTICATED',
  },
  429: {
    code: 429,
    message: 'Resource has been exhausted (e.g. check quota).',
    status: 'RESOURCE_EXHAUSTED',
  },
  500: { code: 500, message: 'An internal error has occurred.', status: 'INTERNAL' },
};

function part(call: ProviderCall, text: string) {
  return candidateOf(call, { text });
}

function candidateOf(call: ProviderCall, part: object) {
  const modelVersion = /models\/([^:]+):/.exec(call.path)?.[1] ?? 'loopback-model';
  return { candidates: [{ index: 0, content: { role: 'model', parts: [part] } }], modelVersion };
}

function last(call: ProviderCall, text: string) {
  return ended(part(call, text));
}

function ended({ candidates, modelVersion }: ReturnType<typeof part>) {
  return {
    candidates: candidates.map((candidate) => ({ ...candidate, finishReason: 'STOP' })),
    modelVersion,
    usageMetadata: USAGE,
  };
}

function whole(call: ProviderCall, text: readonly [string, string]): Reply {
  return jsonReply(last(call, text.join('')));
}

function streamed(call: ProviderCall, [begin, end]: readonly [string, string]): Reply {
  return eventReply([{ name: null, data: part(call, begin) }], [{ name: null, data: last(call, end) }]);
}

function streamedToolCall(call: ProviderCall, { name }: OfferedTool, input: unknown): Reply {
  const called = candidateOf(call, { functionCall: { name, args: input } });
  return eventReply([], [{ name: null, data: ended(called) }]);
}
