import type { Api } from '../../../src/config/types.js';
import { frame, geminiEvents, ollamaLines, responseEvents } from '../../rig/provider.js';
import { SSE } from './fault.js';

/** How a provider of one protocol answers, for the faults that every protocol has. */
export interface Protocol {
  api: Api;
  /** Headers of a stream. */
  headers: Record<string, string>;
  /** The bytes of a stream with these texts, event by event. */
  frames: (texts: readonly string[], more?: { finish?: string }) => string[];
  /** How many events at its end belong to the end of the answer. */
  tail: number;
  /** What keeps the connection alive and nothing else. */
  keepAlive: string;
  /** An event that says that something went wrong. */
  errorFrame: (message: string) => string;
  /** An answer in one piece. */
  whole: (text: string) => unknown;
  /** An answer that consists of thoughts and ended at the limit. */
  onlyThoughts: unknown;
  /** The word for the end of an answer that a filter stopped. */
  filtered: string;
}

export const RESPONSES: Protocol = {
  api: 'openai-responses',
  headers: SSE,
  frames: (texts, more) => responseEvents(texts, more).map(frame),
  tail: 1,
  keepAlive: frame({ type: 'keepalive', sequence_number: 3 }),
  errorFrame: (message) =>
    frame({
      type: 'response.failed',
      response: { id: 'resp_1', status: 'failed', error: { code: 'server_is_overloaded', message } },
    }),
  whole: (text) => ({
    id: 'resp_1',
    status: 'completed',
    error: null,
    output: [{ type: 'message', content: [{ type: 'output_text', text }] }],
  }),
  onlyThoughts: {
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    output: [{ type: 'reasoning', summary: [] }],
  },
  filtered: 'content_filter',
};

export const GEMINI: Protocol = {
  api: 'gemini',
  headers: SSE,
  frames: (texts, more) => geminiEvents(texts, more).map(frame),
  tail: 1,
  keepAlive: ': keep-alive\n\n',
  errorFrame: (message) => frame({ error: { code: 503, message, status: 'UNAVAILABLE' } }),
  whole: (text) => ({ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] }),
  onlyThoughts: {
    candidates: [{ content: { parts: [{ text: 'hm', thought: true }] }, finishReason: 'MAX_TOKENS' }],
  },
  filtered: 'PROHIBITED_CONTENT',
};

export const OLLAMA: Protocol = {
  api: 'ollama',
  headers: { 'content-type': 'application/x-ndjson' },
  frames: (texts, more) => ollamaLines(texts, more).map((line) => `${JSON.stringify(line)}\n`),
  tail: 1,
  keepAlive: '\n',
  errorFrame: (error) => `${JSON.stringify({ error })}\n`,
  whole: (content) => ({
    model: 'm',
    message: { role: 'assistant', content },
    done: true,
    done_reason: 'stop',
  }),
  onlyThoughts: { message: { content: '', thinking: 'hm' }, done: true, done_reason: 'length' },
  filtered: 'content_filter',
};
