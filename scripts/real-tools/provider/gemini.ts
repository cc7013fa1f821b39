import {
  type CalledTool,
  eventReply,
  type FailureStatus,
  jsonReply,
  type ProviderCall,
  type Reply,
  type Tokens,
  type Wire,
} from './wire.js';

/** Gemini: generateContent and streamGenerateContent, with token counting and the list of models. */
export const gemini: Wire = {
  name: 'gemini',
  kind(call) {
    if (/:(streamG|g)enerateContent$/.test(call.path)) return 'model';
    return call.path.startsWith('/gemini/') ? 'side' : null;
  },
  answer: (call, text, tokens = USUAL) =>
    call.path.endsWith(':streamGenerateContent') ? streamed(call, text, tokens) : whole(call, text, tokens),
  toolCall: (call, tool, tokens = USUAL) => streamedToolCall(call, tool, tokens),
  side: (call) =>
    call.path.endsWith(':countTokens') ? jsonReply({ totalTokens: 111 }) : jsonReply({ models: [] }),
  failure: (status) => jsonReply({ error: ERRORS[status] }, status),
};

const USUAL: Tokens = { input: 89, cacheRead: 22, cacheWrite: 0, output: 40, reasoning: 7 };

function usageOf({ input, cacheRead, output, reasoning }: Tokens) {
  return {
    promptTokenCount: input + cacheRead,
    cachedContentTokenCount: cacheRead,
    candidatesTokenCount: output - reasoning,
    thoughtsTokenCount: reasoning,
    totalTokenCount: input + cacheRead + output,
  };
}

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

function last(call: ProviderCall, text: string, tokens: Tokens) {
  return ended(part(call, text), tokens);
}

function ended({ candidates, modelVersion }: ReturnType<typeof part>, tokens: Tokens) {
  return {
    candidates: candidates.map((candidate) => ({ ...candidate, finishReason: 'STOP' })),
    modelVersion,
    usageMetadata: usageOf(tokens),
  };
}

function whole(call: ProviderCall, text: readonly [string, string], tokens: Tokens): Reply {
  return jsonReply(last(call, text.join(''), tokens));
}

function streamed(call: ProviderCall, [begin, end]: readonly [string, string], tokens: Tokens): Reply {
  return eventReply(
    [{ name: null, data: part(call, begin) }],
    [{ name: null, data: last(call, end, tokens) }],
  );
}

function streamedToolCall(call: ProviderCall, { name, input }: CalledTool, tokens: Tokens): Reply {
  const called = candidateOf(call, { functionCall: { name, args: input } });
  return eventReply([], [{ name: null, data: ended(called, tokens) }]);
}
