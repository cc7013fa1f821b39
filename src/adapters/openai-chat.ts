import type { FailureType } from '../domain/failure.js';
import { hostOf, isOpenAiHost } from './http/base-url.js';
import { effortFor, ignoredEffort } from './http/effort.js';
import { endAnswer } from './http/ending.js';
import { isStreamed } from './http/extra-body.js';
import { at, listAt, textAt } from './http/json.js';
import { errorIn } from './http/provider-error.js';
import { isStrict, schemaValue } from './http/strict-schema.js';
import { systemTexts, turnsOf } from './http/turns.js';
import {
  type Counts,
  chatUsage,
  laterCounts,
  reportedCost,
  searchesIn,
  serviceTierIn,
} from './http/usage.js';
import {
  type Answer,
  type AnswerReader,
  type HttpTask,
  NO_ANSWER,
  type Piece,
  type ProviderError,
  type Wire,
} from './http/wire.js';

/** OpenAI Chat Completions and compatible servers: OpenRouter, LM Studio, mlx_lm.server, vLLM. */
export const openaiChat: Wire = {
  endpoint,
  streamsBy: 'key',
  streamForm: 'events',
  keyHeader: (key) => ['authorization', `Bearer ${key}`],
  headers: {},
  body,
  sections: [],
  ignored: ignoredEffort,
  reader,
  hint,
};

/** Its base URL has a version at nearly every provider, so that one without a path lacks it. */
function endpoint(basePath: string, task: HttpTask): string {
  const path = basePath === '' && hostOf(task) !== 'api.perplexity.ai' ? '/v1' : basePath;
  return `${path}/chat/completions`;
}

/** Some models of OpenAI are served by another protocol only. */
function hint(_type: FailureType, { modelName }: HttpTask, { message }: ProviderError): string | null {
  if (!/\bv1\/responses\b/.test(message)) return null;
  return `set \`api: openai-responses\` for \`${modelName}\` in \`models\``;
}

function body(task: HttpTask): Record<string, unknown> {
  const { maxTokens, temperature, stop } = task;
  const effort = effortFor(task);
  const schema = schemaValue(task.schema);
  return {
    model: task.modelId,
    messages: [
      ...systemTexts(task, { schema: schema !== null && !isKnownHost(task) }).map((content) => ({
        role: 'system',
        content,
      })),
      ...turnsOf(task).map(({ role, text }) => ({ role, content: text })),
    ],
    ...(maxTokens === null ? {} : { [maxTokensKey(task)]: maxTokens }),
    ...(temperature === null ? {} : { temperature }),
    ...(effort === null ? {} : { reasoning_effort: effort }),
    ...(stop.length === 0 ? {} : { stop }),
    ...(schema === null ? {} : { response_format: responseFormat(schema) }),
    // Options of streaming are refused without streaming.
    ...(isStreamed(task) ? { stream: true, stream_options: { include_usage: true } } : {}),
  };
}

/**
 * `max_tokens` is refused by OpenAI's reasoning models and deprecated there; other servers support only that. Those models have it
 * refused behind a gateway too, which passes it on as it is; OpenRouter translates it.
 */
function maxTokensKey(task: HttpTask): string {
  const isReasoning = OPENAI_REASONING.test(task.modelId ?? '') && hostOf(task) !== 'openrouter.ai';
  return isOpenAiHost(task) || isReasoning ? 'max_completion_tokens' : 'max_tokens';
}

/** Ids of gateways have the provider's name in front. */
const OPENAI_REASONING = /^(?:[a-z-]+\/)*(?:gpt-(?:[5-9]|\d\d)|o[1-9])(?![0-9a-z])/i;

/** Servers on other hosts may not support `response_format`, so the schema is also put into the prompt. */
function isKnownHost(task: HttpTask): boolean {
  return isOpenAiHost(task) || hostOf(task) === 'openrouter.ai';
}

function responseFormat(schema: Readonly<Record<string, unknown>>) {
  return { type: 'json_schema', json_schema: { name: 'answer', strict: isStrict(schema), schema } };
}

function reader(task: HttpTask): AnswerReader {
  const answer: Answer = { ...NO_ANSWER };
  const known: State = { answer, counts: {}, hasText: false, tellsCost: hostOf(task) === 'openrouter.ai' };
  return {
    event: (data) => take(known, data),
    whole: (data) => {
      const pieces = take(known, data);
      answer.ended = listAt(data, 'choices').length > 0;
      return pieces;
    },
    // The usage follows the end of the answer, so only `[DONE]` ends the reading.
    isOver: () => answer.error !== null,
    answer: () => answer,
  };
}

/** The parts and counts received so far. */
interface State {
  answer: Answer;
  counts: Counts;
  hasText: boolean;
  tellsCost: boolean;
}

function take(state: State, data: unknown): Piece[] {
  const { answer } = state;
  takeHeading(answer, data);
  const choice = listAt(data, 'choices').find((one) => (at(one, 'index') ?? 0) === 0);
  // Groq and Moonshot have their own places for the usage of a stream.
  const counted = at(data, 'usage') ?? at(data, 'x_groq', 'usage') ?? at(choice, 'usage');
  if (counted !== undefined) {
    state.counts = laterCounts(state.counts, counted);
    answer.usage = chatUsage(state.counts);
    answer.serviceTier = serviceTierIn(state.counts) ?? answer.serviceTier;
    answer.paidToolCalls = searchesIn(state.counts);
    if (state.tellsCost) answer.costMicroUsd = reportedCost(state.counts);
  }
  if (choice === undefined) return [];
  if (!answer.ended) answer.error ??= errorIn(choice);
  const message = at(choice, 'delta') ?? at(choice, 'message');
  const refusal = textAt(message, 'refusal');
  if (refusal !== null) answer.refusal = (answer.refusal ?? '') + refusal;
  const ending = textAt(choice, 'finish_reason');
  // DashScope writes `null` as a text into every event before the last one.
  if (ending !== null && ending !== 'null') endAnswer(answer, ending);
  // The last event of MiniMax repeats the whole answer.
  if (state.hasText && at(choice, 'delta') === undefined) return [];
  const pieces = piecesOf(message);
  state.hasText ||= pieces.some(({ type }) => type === 'text');
  return pieces;
}

function takeHeading(answer: Answer, data: unknown): void {
  // Later errors do not invalidate a complete answer.
  if (!answer.ended) answer.error ??= errorIn(data);
  answer.responseModel = textAt(data, 'model') ?? answer.responseModel;
  answer.id = textAt(data, 'id') ?? answer.id;
  answer.serviceTier = textAt(data, 'service_tier') ?? textAt(data, 'serviceTier') ?? answer.serviceTier;
}

function piecesOf(message: unknown): Piece[] {
  const text = textOf(at(message, 'content'));
  const thinking = textAt(message, 'reasoning_content') ?? textAt(message, 'reasoning');
  const pieces: Piece[] = [];
  if (thinking !== null) pieces.push({ type: 'thinking' });
  if (text !== '') pieces.push({ type: 'text', text });
  return pieces;
}

/** The text of a message: as it is, or in parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map((part) => textAt(part, 'text') ?? '').join('') : '';
}
