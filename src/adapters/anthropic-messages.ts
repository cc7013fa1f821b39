import { versioned } from './http/base-url.js';
import { effortFor, ignoredEffort } from './http/effort.js';
import { endAnswer } from './http/ending.js';
import { at, listAt, textAt } from './http/json.js';
import { errorIn } from './http/provider-error.js';
import { isStrict, schemaValue } from './http/strict-schema.js';
import { systemTexts, turnsOf } from './http/turns.js';
import { type Counts, laterCounts, messagesUsage, searchesIn, serviceTierIn } from './http/usage.js';
import {
  type Answer,
  type AnswerReader,
  type HttpTask,
  NO_ANSWER,
  type Piece,
  type Wire,
} from './http/wire.js';

/** The default limit of an answer: the API requires one. */
export const DEFAULT_MAX_TOKENS = 8192;

/** Anthropic Messages. https://platform.claude.com/docs/en/api/messages/create */
export const anthropicMessages: Wire = {
  endpoint: (basePath) => `${versioned(basePath, 'v1')}/messages`,
  streamsBy: 'key',
  streamForm: 'events',
  keyHeader: (key) => ['x-api-key', key],
  headers: { 'anthropic-version': '2023-06-01' },
  body,
  sections: [],
  ignored: ignoredEffort,
  reader,
  hint: () => null,
};

function body(task: HttpTask): Record<string, unknown> {
  const { temperature, stop } = task;
  const effort = effortFor(task);
  const schema = schemaValue(task.schema);
  const holds = isStrict(schema);
  const system = systemTexts(task, { schema: schema !== null && !holds });
  const config = {
    ...(effort === null ? {} : { effort }),
    ...(holds ? { format: { type: 'json_schema', schema } } : {}),
  };
  return {
    model: task.modelId,
    max_tokens: task.maxTokens ?? task.model?.maxOutputTokens ?? DEFAULT_MAX_TOKENS,
    ...(system.length === 0 ? {} : { system: system.map((text) => ({ type: 'text', text })) }),
    messages: turnsOf(task).map(({ role, text }) => ({ role, content: text })),
    ...(temperature === null ? {} : { temperature }),
    ...(stop.length === 0 ? {} : { stop_sequences: stop }),
    ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
    stream: true,
  };
}

function reader(): AnswerReader {
  const state: State = { answer: { ...NO_ANSWER }, usage: {}, isOver: false };
  const { answer } = state;
  return {
    event: (data) => takeEvent(state, data),
    whole: (data) => takeWhole(state, data),
    isOver: () => state.isOver || answer.error !== null,
    answer: () => answer,
  };
}

/** The parts and counts received so far. */
interface State {
  answer: Answer;
  usage: Counts;
  /** Whether the last event was received. */
  isOver: boolean;
}

function takeEvent(state: State, data: unknown): readonly Piece[] {
  const { answer } = state;
  switch (at(data, 'type')) {
    case 'message_start':
      open(state, at(data, 'message'));
      // The output count of a stream is preliminary until its end: a broken stream has an unknown one.
      state.usage = { ...state.usage, output_tokens: null };
      count(state, null);
      return [];
    case 'content_block_start':
      return blockPieces(at(data, 'content_block'));
    case 'content_block_delta':
      return deltaPieces(at(data, 'delta'));
    case 'message_delta':
      finish(answer, at(data, 'delta'));
      count(state, at(data, 'usage'));
      return [];
    case 'message_stop':
      state.isOver = answer.ended;
      return [];
    default:
      // Later errors do not invalidate a complete answer.
      if (!answer.ended) answer.error = errorIn(data);
      return [];
  }
}

function takeWhole(state: State, data: unknown): readonly Piece[] {
  const { answer } = state;
  answer.error = errorIn(data);
  open(state, data);
  finish(answer, data);
  return listAt(data, 'content').flatMap(blockPieces);
}

function open(state: State, message: unknown): void {
  state.answer.responseModel = textAt(message, 'model');
  state.answer.id = textAt(message, 'id');
  count(state, at(message, 'usage'));
}

function count(state: State, counted: unknown): void {
  state.usage = laterCounts(state.usage, counted);
  state.answer.usage = messagesUsage(state.usage);
  state.answer.serviceTier = serviceTierIn(state.usage);
  state.answer.paidToolCalls = searchesIn(state.usage);
}

function blockPieces(block: unknown): Piece[] {
  const text = textAt(block, 'text');
  if (at(block, 'type') === 'text') return text === null ? [] : [{ type: 'text', text }];
  return at(block, 'type') === 'thinking' ? [{ type: 'thinking' }] : [];
}

function deltaPieces(delta: unknown): Piece[] {
  const text = textAt(delta, 'text');
  if (at(delta, 'type') === 'text_delta') return text === null ? [] : [{ type: 'text', text }];
  return at(delta, 'type') === 'thinking_delta' ? [{ type: 'thinking' }] : [];
}

function finish(answer: Answer, ending: unknown): void {
  const word = textAt(ending, 'stop_reason');
  if (word !== null) endAnswer(answer, word, textAt(ending, 'stop_details', 'explanation'));
}
