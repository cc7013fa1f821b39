import type { FailureType } from '../domain/failure.js';
import { hostOf, isOpenAiHost } from './http/base-url.js';
import { effortFor, ignoredEffort } from './http/effort.js';
import { endAnswer } from './http/ending.js';
import { isStreamed } from './http/extra-body.js';
import { at, listAt, textAt } from './http/json.js';
import { errorIn } from './http/provider-error.js';
import { isStrict, schemaValue } from './http/strict-schema.js';
import { systemTexts, turnsOf } from './http/turns.js';
import { type Counts, chatUsage, laterCounts } from './http/usage.js';
import {
  type Answer,
  type AnswerReader,
  type HttpTask,
  NO_ANSWER,
  type Piece,
  type ProviderError,
  type Wire,
} from './http/wire.js';

/** OpenAI Responses and compatible servers. https://developers.openai.com/api/docs/api-reference/responses */
export const openaiResponses: Wire = {
  // Its base URL has a version at nearly every provider, so that one without a path lacks it.
  endpoint: (basePath) => `${basePath === '' ? '/v1' : basePath}/responses`,
  streamsBy: 'key',
  streamForm: 'events',
  keyHeader: (key) => ['authorization', `Bearer ${key}`],
  headers: {},
  body,
  sections: ['reasoning', 'text'],
  ignored: (task) => [...ignoredEffort(task), ...(task.stop.length === 0 ? [] : ['stop'])],
  reader,
  hint,
};

function body(task: HttpTask): Record<string, unknown> {
  const { maxTokens, temperature, toolSessionId } = task;
  const effort = effortFor(task);
  const schema = schemaValue(task.schema);
  const system = systemTexts(task, { schema: schema !== null && !isKnownHost(task) });
  return {
    model: task.modelId,
    // Those of the answer that is continued are not carried over.
    ...(system.length === 0 ? {} : { instructions: system.join('\n\n') }),
    input: turnsOf(task).map(({ role, text }) => ({ role, content: text })),
    ...(toolSessionId === null ? {} : { previous_response_id: toolSessionId }),
    ...(maxTokens === null ? {} : { max_output_tokens: maxTokens }),
    ...(temperature === null ? {} : { temperature }),
    ...(effort === null ? {} : { reasoning: { effort } }),
    ...(schema === null ? {} : { text: { format: format(schema) } }),
    ...(isStreamed(task) ? { stream: true } : {}),
  };
}

/** Servers on other hosts may not hold a schema, so it is also put into the prompt. */
function isKnownHost(task: HttpTask): boolean {
  return isOpenAiHost(task) || hostOf(task) === 'openrouter.ai';
}

function format(schema: Readonly<Record<string, unknown>>) {
  return { type: 'json_schema', name: 'answer', strict: isStrict(schema), schema };
}

function hint(_type: FailureType, _task: HttpTask, { codes }: ProviderError): string | null {
  if (!codes.includes('previous_response_not_found')) return null;
  return 'the provider does not keep that answer any more; send the whole conversation as a prompt';
}

function reader(): AnswerReader {
  const state: State = {
    answer: { ...NO_ANSWER },
    counts: {},
    remarks: new Set(),
    hasText: false,
    isOver: false,
  };
  const { answer } = state;
  return {
    event: (data) => takeEvent(state, data),
    whole: (data) => close(state, data, null),
    isOver: () => state.isOver || answer.error !== null,
    answer: () => answer,
  };
}

/** The parts and counts received so far. */
interface State {
  answer: Answer;
  counts: Counts;
  /** Places of messages that comment on the work before the answer. */
  remarks: Set<unknown>;
  hasText: boolean;
  /** Whether the last event was received. */
  isOver: boolean;
}

function takeEvent(state: State, data: unknown): readonly Piece[] {
  const { answer } = state;
  const type = textAt(data, 'type') ?? '';
  switch (type) {
    case 'response.created':
    case 'response.in_progress':
      open(state, at(data, 'response'));
      return [];
    case 'response.output_item.added':
      return startItem(state, data);
    case 'response.output_text.delta':
      return takeText(state, data);
    case 'response.refusal.delta':
      answer.refusal = (answer.refusal ?? '') + (textAt(data, 'delta') ?? '');
      return [];
    case 'response.completed':
    case 'response.incomplete':
    case 'response.failed':
    case 'response.cancelled':
      return close(state, at(data, 'response'), type.slice('response.'.length));
    default:
      if (type.startsWith('response.reasoning')) return [{ type: 'thinking' }];
      // Later errors do not invalidate a complete answer.
      if (!answer.ended) answer.error ??= errorIn(data);
      return [];
  }
}

function startItem(state: State, data: unknown): readonly Piece[] {
  const item = at(data, 'item');
  if (isRemark(item)) state.remarks.add(at(data, 'output_index'));
  return at(item, 'type') === 'reasoning' ? [{ type: 'thinking' }] : [];
}

function isRemark(item: unknown): boolean {
  return at(item, 'phase') === 'commentary';
}

function takeText(state: State, data: unknown): readonly Piece[] {
  const text = textAt(data, 'delta');
  if (text === null) return [];
  if (state.remarks.has(at(data, 'output_index'))) return [{ type: 'thinking' }];
  state.hasText = true;
  return [{ type: 'text', text }];
}

function open(state: State, response: unknown): void {
  const { answer } = state;
  answer.responseModel = textAt(response, 'model') ?? answer.responseModel;
  answer.id = textAt(response, 'id') ?? answer.id;
  answer.serviceTier = textAt(response, 'service_tier') ?? answer.serviceTier;
  // Servers without a memory of their answers do not say that they store them.
  answer.sessionId = at(response, 'store') === true ? answer.id : null;
  state.counts = laterCounts(state.counts, at(response, 'usage'));
  answer.usage = chatUsage(state.counts);
}

/** Takes the whole answer at its end; `ending` is the name of the event that says so. */
function close(state: State, response: unknown, ending: string | null): readonly Piece[] {
  const { answer } = state;
  open(state, response);
  answer.error = errorIn(response);
  finish(answer, response, textAt(response, 'status') ?? ending);
  state.isOver = ending !== null;
  const items = listAt(response, 'output').filter((item) => !isRemark(item));
  answer.paidToolCalls = items.filter((item) => PAID_TOOLS.test(textAt(item, 'type') ?? '')).length;
  const parts = items.flatMap((item) => listAt(item, 'content'));
  answer.refusal ??= refusalIn(parts);
  const isThinking = items.some((item) => at(item, 'type') === 'reasoning');
  return [
    ...(isThinking ? [{ type: 'thinking' } as const] : []),
    // Gateways that translate another protocol may give the text at the end alone.
    ...(state.hasText ? [] : parts.flatMap(piecesOf)),
  ];
}

/** Tools of OpenAI with a price for each call. https://platform.openai.com/docs/pricing */
const PAID_TOOLS = /^(?:web_search|file_search|code_interpreter|image_generation)_call$/;

function finish(answer: Answer, response: unknown, status: string | null): void {
  const isIncomplete = status === 'incomplete';
  const word = (isIncomplete ? textAt(response, 'incomplete_details', 'reason') : null) ?? status;
  if (answer.error === null && word !== null && !UNFINISHED.includes(word)) endAnswer(answer, word);
}

/** States of an answer that the provider is still working on. */
const UNFINISHED = ['in_progress', 'queued'];

function refusalIn(parts: readonly unknown[]): string | null {
  const texts = parts.flatMap((part) => textAt(part, 'refusal') ?? []);
  return texts.length === 0 ? null : texts.join('');
}

function piecesOf(part: unknown): Piece[] {
  const text = at(part, 'type') === 'output_text' ? textAt(part, 'text') : null;
  return text === null ? [] : [{ type: 'text', text }];
}
