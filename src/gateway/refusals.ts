import type { GatewayApi } from '../config/types.js';

/** An answer of the gateway itself. */
export interface OwnAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

/** An error in the form of the protocol, which no client should retry. */
export function errorAnswer(
  api: GatewayApi,
  { status, code, message }: { status: number; code: string; message: string },
): OwnAnswer {
  const body = JSON.stringify(BODIES[api]({ status, code, message: `llm-router: ${message}` }));
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      // The clients of Anthropic and OpenAI follow it.
      'x-should-retry': 'false',
    },
    body,
  };
}

interface Said {
  status: number;
  code: string;
  message: string;
}

const BODIES: Readonly<Record<GatewayApi, (said: Said) => unknown>> = {
  'anthropic-messages': ({ status, message }) => ({
    type: 'error',
    error: { type: ANTHROPIC_TYPES[status] ?? 'invalid_request_error', message },
  }),
  'openai-chat': openaiBody,
  'openai-responses': openaiBody,
  gemini: ({ status, message }) => ({
    error: { code: status, message, status: GOOGLE_STATUSES[status] ?? 'FAILED_PRECONDITION' },
  }),
};

/** https://platform.claude.com/docs/en/api/errors */
const ANTHROPIC_TYPES: Readonly<Record<number, string>> = {
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  502: 'api_error',
};

/** https://cloud.google.com/apis/design/errors */
const GOOGLE_STATUSES: Readonly<Record<number, string>> = {
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  413: 'INVALID_ARGUMENT',
  502: 'UNAVAILABLE',
};

function openaiBody({ code, message }: Said): unknown {
  return { error: { message, type: 'invalid_request_error', param: null, code } };
}
