import type { FinishReason } from '../../domain/attempt.js';
import { costDocument } from '../../domain/document.js';
import type { Invocation } from '../../domain/invocation.js';
import { totalTokens, type Usage } from '../../domain/usage.js';
import type { Redactor } from '../../redact/redact.js';
import { type CallerContext, contextDocument, correlationHeaders } from '../caller.js';

/** What all documents of one answer have in common. */
export interface Head {
  /** Of the invocation. */
  id: string;
  /** Seconds since the epoch. */
  created: number;
  /** What the client asked for. */
  model: string;
}

/** A run that has answered, and what else its documents need. */
export interface Answered {
  invocation: Invocation;
  context: CallerContext;
  redactor: Redactor;
}

/** A whole answer. */
export function completionDocument(head: Head, answered: Answered) {
  const { invocation } = answered;
  const message = { role: 'assistant', content: contentOf(invocation), refusal: null };
  const finish_reason = finishReason(invocation.finishReason);
  return {
    ...fields(head, 'chat.completion'),
    choices: [{ index: 0, message, logprobs: null, finish_reason }],
    usage: usageOf(invocation.usage),
    llm_router: ownFields(answered),
  };
}

/** One piece of a streamed answer. */
export function chunkDocument(head: Head, delta: { role?: 'assistant'; content?: string }) {
  return {
    ...fields(head, 'chat.completion.chunk'),
    choices: [{ index: 0, delta, logprobs: null, finish_reason: null }],
  };
}

/** The last piece. */
export function lastChunk(head: Head, answered: Answered) {
  const finish_reason = finishReason(answered.invocation.finishReason);
  return {
    ...fields(head, 'chat.completion.chunk'),
    choices: [{ index: 0, delta: {}, logprobs: null, finish_reason }],
    llm_router: ownFields(answered),
  };
}

/** After the last piece, for clients that ask for it. */
export function usageChunk(head: Head, { invocation }: Answered) {
  return { ...fields(head, 'chat.completion.chunk'), choices: [], usage: usageOf(invocation.usage) };
}

/** The answer as one text: by a schema the value that satisfies it, without what a model writes around it. */
export function contentOf({ text, data }: Pick<Invocation, 'text' | 'data'>): string {
  return data === null || data === undefined ? (text ?? '') : JSON.stringify(data);
}

/** The headers by which a client and its logs find the run again. */
export function answerHeaders(id: string, context: CallerContext) {
  return { ...correlationHeaders(context), 'x-request-id': id };
}

function fields({ id, created, model }: Head, object: string) {
  return { id: `chatcmpl-${id}`, object, created, model };
}

/** OpenAI's words; the calls of a tool are its own affair, and its answer is complete. */
function finishReason(reason: FinishReason | null): 'stop' | 'length' | 'content_filter' {
  return reason === 'length' || reason === 'content_filter' ? reason : 'stop';
}

/** OpenAI counts cached tokens as part of the prompt. */
function usageOf(usage: Usage | null) {
  if (usage === null) return null;
  const { outputTokens, cacheReadTokens, reasoningTokens } = usage;
  const total = totalTokens(usage);
  return {
    prompt_tokens: total - (outputTokens ?? 0),
    completion_tokens: outputTokens ?? 0,
    total_tokens: total,
    prompt_tokens_details: { cached_tokens: cacheReadTokens ?? 0 },
    completion_tokens_details: { reasoning_tokens: reasoningTokens ?? 0 },
  };
}

/** What OpenAI has no field for. */
function ownFields({ invocation, context, redactor }: Answered) {
  const { id, traceId, agent, tool, model, responseModel, cost, warnings } = invocation;
  return {
    id,
    trace_id: traceId,
    agent,
    tool,
    model,
    response_model: responseModel,
    cost: costDocument(cost),
    // All else is the caller's own, or has no secrets any more.
    warnings: warnings.map((warning) => redactor.text(warning)),
    a2a_context: contextDocument(context),
  };
}
