import type { Api } from '../../../src/config/types.js';
import type { FailureType } from '../../../src/domain/failure.js';
import { chatEvents, type Reply } from '../../rig/provider.js';

/** One way in which a provider can fail, and the expected failure. */
export interface Fault {
  name: string;
  api?: Api;
  reply: Reply;
  type: FailureType;
  says?: RegExp;
  phase?: string;
  more?: Record<string, unknown>;
  /** Fields of the tool. */
  tool?: string;
}

/** An error body in the format of OpenAI. */
export const openai = (message: string, more: object = {}) => ({
  error: { message, type: 'invalid_request_error', ...more },
});

/** An error body in the format of Anthropic. */
export const anthropic = (type: string, message: string, more: object = {}) => ({
  type: 'error',
  error: { type, message, ...more },
  request_id: 'req_1',
});

/** The first events of an unfinished answer. */
export const HALF = chatEvents(['half of an ', 'answer']).slice(0, 3);

/** Headers of a stream. */
export const SSE = { 'content-type': 'text/event-stream' };

/** A tool with short timeouts. */
export const SHORT = 'idle_timeout: 400ms';
