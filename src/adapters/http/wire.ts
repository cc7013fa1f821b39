import type { HttpTool } from '../../config/types.js';
import type { FinishReason } from '../../domain/attempt.js';
import type { Usage } from '../../domain/usage.js';
import type { Task } from '../adapter.js';

export type HttpTask = Task<HttpTool>;

/** A protocol of providers: how a task is asked, and how the answer is read. Pure; one file each. */
export interface Wire {
  /** Behind the base URL. */
  path: string;
  /** The header that carries the key. */
  keyHeader: (key: string) => readonly [name: string, value: string];
  /** Headers of every request. */
  headers: Readonly<Record<string, string>>;
  /** The body, without the tool's `extra_body`. */
  body: (task: HttpTask) => Record<string, unknown>;
  /** Options that have a value but no place in this protocol. */
  ignored: (task: HttpTask) => readonly string[];
  /** Starts reading one answer. */
  reader: (task: HttpTask) => AnswerReader;
}

/** Something that an answer shows while it comes: text, or signs of thought. */
export type Piece = { type: 'text'; text: string } | { type: 'thinking' };

/** Reads one answer while it comes. Never throws, whatever it is given. */
export interface AnswerReader {
  /** Takes one event of a stream, parsed; `[DONE]` is not one. */
  event: (data: unknown) => readonly Piece[];
  /** Takes an answer that came as a whole, parsed. */
  whole: (body: unknown) => readonly Piece[];
  /** Whether nothing more is to come; later events mean nothing. */
  isOver: () => boolean;
  /** Everything that was read so far. */
  answer: () => Answer;
}

/** An answer as far as it was read. */
export interface Answer {
  /** Its proper end was seen. */
  ended: boolean;
  finishReason: FinishReason;
  /** The provider's own word for the end, for messages. */
  finishWord: string | null;
  /** The provider says why it would not answer; empty where it gives no words. */
  refusal: string | null;
  usage: Usage | null;
  /** The provider's own figure, micro-USD. */
  costMicroUsd: number | null;
  responseModel: string | null;
  /** The provider's own name of this answer. */
  id: string | null;
  /** The tier that it was served in, where the provider says so. */
  serviceTier: string | null;
  /** An error in the place of an answer, or in the middle of one. */
  error: ProviderError | null;
}

/** What a provider says of a failure. */
export interface ProviderError {
  /** An HTTP status inside the body. */
  status: number | null;
  /** Its own words for the kind: `insufficient_quota`, `overloaded_error`; lower case, most exact first. */
  codes: readonly string[];
  message: string;
  /** All of it as it came, for the times in it. */
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
  serviceTier: null,
  error: null,
};
