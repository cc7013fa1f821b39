import type { Effort } from '../domain/request.js';
import { versioned } from './http/base-url.js';
import { effortFor, ignoredEffort } from './http/effort.js';
import { endAnswer } from './http/ending.js';
import { isStreamed } from './http/extra-body.js';
import { at, listAt, textAt } from './http/json.js';
import { errorIn } from './http/provider-error.js';
import { isStrict, schemaValue } from './http/strict-schema.js';
import { systemTexts, turnsOf } from './http/turns.js';
import { type Counts, geminiUsage, laterCounts } from './http/usage.js';
import {
  type Answer,
  type AnswerReader,
  type HttpTask,
  NO_ANSWER,
  type Piece,
  type Wire,
} from './http/wire.js';

/** Google's `generateContent`, at the Gemini API and Vertex AI. https://ai.google.dev/api/generate-content */
export const gemini: Wire = {
  endpoint,
  streamsBy: 'path',
  streamForm: 'events',
  keyHeader: (key) => ['x-goog-api-key', key],
  headers: {},
  body,
  sections: ['generationConfig'],
  ignored: ignoredEffort,
  reader,
  hint: () => null,
};

/** Models of other kinds have their kind in front: `tunedModels/mine`. */
function endpoint(basePath: string, task: HttpTask): string {
  const [, kind = 'models', id = ''] = /^(?:(models|tunedModels)\/)?(.*)$/s.exec(task.modelId ?? '') ?? [];
  const isVertex = /\/publishers\/[^/]+$/.test(basePath);
  const path = `${isVertex ? basePath : versioned(basePath, 'v1beta')}/${kind}/${encodeURIComponent(id)}`;
  return isStreamed(task) ? `${path}:streamGenerateContent?alt=sse` : `${path}:generateContent`;
}

function body(task: HttpTask): Record<string, unknown> {
  const { maxTokens, temperature, stop } = task;
  const schema = schemaValue(task.schema);
  const holds = isStrict(schema);
  const system = systemTexts(task, { schema: schema !== null && !holds });
  const config = {
    ...(maxTokens === null ? {} : { maxOutputTokens: maxTokens }),
    ...(temperature === null ? {} : { temperature }),
    ...(stop.length === 0 ? {} : { stopSequences: stop }),
    ...thinking(task),
    ...(schema === null ? {} : { responseMimeType: 'application/json' }),
    ...(holds ? { responseJsonSchema: schema } : {}),
  };
  return {
    ...(system.length === 0 ? {} : { systemInstruction: { parts: system.map((text) => ({ text })) } }),
    contents: turnsOf(task).map(({ role, text }) => ({
      role: role === 'assistant' ? 'model' : 'user',
      parts: [{ text }],
    })),
    ...(Object.keys(config).length === 0 ? {} : { generationConfig: config }),
  };
}

/** Tokens of thought for the models before Gemini 3, as Google itself translates an effort for them. */
const BUDGETS: Readonly<Record<Effort, number>> = { low: 1024, medium: 8192, high: 24_576 };

function thinking(task: HttpTask): Record<string, unknown> {
  const effort = effortFor(task);
  if (effort === null) return {};
  const hasBudget = /(^|\/)gemini-2\.5/i.test(task.modelId ?? '');
  return { thinkingConfig: hasBudget ? { thinkingBudget: BUDGETS[effort] } : { thinkingLevel: effort } };
}

function reader(): AnswerReader {
  const state: State = { answer: { ...NO_ANSWER }, counts: {} };
  const { answer } = state;
  return {
    event: (data) => take(state, data),
    whole: (data) => take(state, data),
    // The usage may follow the end of the answer, so only the end of the response ends the reading.
    isOver: () => answer.error !== null,
    answer: () => answer,
  };
}

/** The parts and counts received so far. */
interface State {
  answer: Answer;
  counts: Counts;
}

function take(state: State, data: unknown): Piece[] {
  const { answer } = state;
  // Later errors do not invalidate a complete answer.
  if (!answer.ended) answer.error ??= errorIn(data);
  answer.responseModel = textAt(data, 'modelVersion') ?? answer.responseModel;
  answer.id = textAt(data, 'responseId') ?? answer.id;
  count(state, at(data, 'usageMetadata'));
  block(answer, at(data, 'promptFeedback'));
  const candidate = listAt(data, 'candidates').find((one) => (at(one, 'index') ?? 0) === 0);
  finish(answer, candidate);
  // https://ai.google.dev/gemini-api/docs/google-search
  const searches = listAt(candidate, 'groundingMetadata', 'webSearchQueries').length;
  // Later events of a stream may tell them again.
  answer.paidToolCalls = Math.max(answer.paidToolCalls, searches);
  return listAt(candidate, 'content', 'parts').flatMap(piecesOf);
}

function count(state: State, counted: unknown): void {
  state.counts = laterCounts(state.counts, counted);
  state.answer.usage = geminiUsage(state.counts);
  const tier = textAt(state.counts, 'serviceTier') ?? textAt(state.counts, 'trafficType');
  state.answer.serviceTier = tier === null || /unspecified/i.test(tier) ? null : tier.toLowerCase();
}

/** A blocked prompt has no candidates. */
function block(answer: Answer, feedback: unknown): void {
  const word = textAt(feedback, 'blockReason');
  if (word === null || answer.ended) return;
  answer.ended = true;
  answer.finishWord = word;
  answer.finishReason = 'content_filter';
  answer.refusal = textAt(feedback, 'blockReasonMessage') ?? `the prompt was blocked (${word})`;
}

function finish(answer: Answer, candidate: unknown): void {
  const word = textAt(candidate, 'finishReason');
  if (word !== null)
    endAnswer(answer, word, textAt(candidate, 'finishMessage') ?? `its answer was stopped (${word})`);
}

function piecesOf(part: unknown): Piece[] {
  const text = textAt(part, 'text');
  if (at(part, 'thought') === true) return [{ type: 'thinking' }];
  return text === null ? [] : [{ type: 'text', text }];
}
