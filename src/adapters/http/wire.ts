import type { HttpTool } from '../../config/types.js';
import type { FinishReason } from '../../domain/attempt.js';
import type { FailureType } from '../../domain/failure.js';
import type { Usage } from '../../domain/usage.js';
import type { Task } from '../adapter.js';

export type HttpTask = Task<HttpTool>;

/** A protocol of providers: builds requests and reads answers. Pure; one file each. */
export interface Wire {
  /**
   * Path of the endpoint, with its query if it has one. `basePath` is the path of the base URL, without a slash at its end;
   * empty: it has none.
   */
  endpoint: (basePath: string, task: HttpTask) => string;
  /** How a stream is requested: by the key `stream` of the body, or by the path. */
  streamsBy: 'key' | 'path';
  /** The form of a stream: server-sent events, or a JSON value a line. */
  streamForm: 'events' | 'lines';
  /** The header that carries the key. */
  keyHeader: (key: string) => readonly [name: string, value: string];
  /** Headers of every request. */
  headers: Readonly<Record<string, string>>;
  /** The body, without the tool's `extra_body`. */
  body: (task: HttpTask) => Record<string, unknown>;
  /** Maps of the body into which `extra_body` is merged key by key; any other key it replaces. */
  sections: readonly string[];
  /** Options that this protocol does not support. */
  ignored: (task: HttpTask) => readonly string[];
  /** Starts reading one answer. */
  reader: (task: HttpTask) => AnswerReader;
  /** What to do about a failure, where this protocol has a better answer than the general one; `null`: it has none. */
  hint: (type: FailureType, task: HttpTask, error: ProviderError) => string | null;
}

/** Live output of an answer: text, or reasoning activity. */
export type Piece = { type: 'text'; text: string } | { type: 'thinking' };

/** Reads one answer as it comes. Never throws, for any input. */
export interface AnswerReader {
  /** Takes one event of a stream, parsed; `[DONE]` is not one. */
  event: (data: unknown) => readonly Piece[];
  /** Takes an answer in one piece, parsed. */
  whole: (body: unknown) => readonly Piece[];
  /** Whether the answer is over; later events are ignored. */
  isOver: () => boolean;
  /** Everything that was read so far. */
  answer: () => Answer;
}

/** An answer as far as it was received. */
export interface Answer {
  /** Whether it is complete. */
  ended: boolean;
  finishReason: FinishReason;
  /** The provider's finish reason, for messages. */
  finishWord: string | null;
  /** The provider's reason for a refusal; empty if it gives none. */
  refusal: string | null;
  usage: Usage | null;
  /** The provider's own figure, micro-USD. */
  costMicroUsd: number | null;
  responseModel: string | null;
  /** The provider's id of this answer. */
  id: string | null;
  /** The id by which a later request continues from this answer; `null`: the provider keeps none. */
  sessionId: string | null;
  /** The service tier, if the provider reports it. */
  serviceTier: string | null;
  /** How often the provider used tools of its own that cost something beside the tokens, such as a search in the web. */
  paidToolCalls: number;
  /** An error instead of an answer, or in the middle of one. */
  error: ProviderError | null;
}

/** An error of a provider. */
export interface ProviderError {
  /** An HTTP status inside the body. */
  status: number | null;
  /** Its codes: `insufficient_quota`, `overloaded_error`; lower case, most exact first. */
  codes: readonly string[];
  message: string;
  /** The whole error text, for times in it. */
  raw: string;
}

/** Nothing read yet. */
export const NO_ANSWER: Answer = {
  ended: false,
  finishReason: 'unknown',
  finishWord: null,
  refusal: null,
  usage: null,
  costMicroUsd: null,
  responseModel: null,
  id: null,
  sessionId: null,
  serviceTier: null,
  paidToolCalls: 0,
  error: null,
};
