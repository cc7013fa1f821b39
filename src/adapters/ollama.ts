import type { FailureType } from '../domain/failure.js';
import { endAnswer } from './http/ending.js';
import { isStreamed } from './http/extra-body.js';
import { at, textAt } from './http/json.js';
import { errorIn } from './http/provider-error.js';
import { isStrict, schemaValue } from './http/strict-schema.js';
import { systemTexts, turnsOf } from './http/turns.js';
import { ollamaUsage } from './http/usage.js';
import {
  type Answer,
  type AnswerReader,
  type HttpTask,
  NO_ANSWER,
  type Piece,
  type ProviderError,
  type Wire,
} from './http/wire.js';

/** Ollama's own chat. https://docs.ollama.com/api/chat */
export const ollama: Wire = {
  // The base URL of its other protocols ends in `/v1`.
  endpoint: (basePath) => `${basePath.replace(/\/(api|v1)$/, '')}/api/chat`,
  streamsBy: 'key',
  streamForm: 'lines',
  keyHeader: (key) => ['authorization', `Bearer ${key}`],
  headers: {},
  body,
  sections: ['options'],
  ignored: (task) => (task.effort !== null && effortFor(task) === null ? ['effort'] : []),
  reader,
  hint,
};

function body(task: HttpTask): Record<string, unknown> {
  const schema = schemaValue(task.schema);
  const effort = effortFor(task);
  // A small model follows a schema better that it has read.
  const system = systemTexts(task, { schema: schema !== null });
  const messages = [
    ...system.map((text) => ({ role: 'system', content: text })),
    ...turnsOf(task).map(({ role, text }) => ({ role, content: text })),
  ];
  const options = optionsOf(task, messages);
  return {
    model: task.modelId,
    messages,
    ...(effort === null ? {} : { think: effort }),
    ...(schema === null ? {} : formatOf(schema)),
    ...(Object.keys(options).length === 0 ? {} : { options }),
    // Otherwise the start of a prompt that is longer than the window is dropped without a word.
    truncate: false,
    shift: false,
    ...(isStreamed(task) ? { stream: true } : {}),
  };
}

function optionsOf(task: HttpTask, messages: readonly { content: string }[]): Record<string, unknown> {
  const { maxTokens, temperature, stop } = task;
  const window = windowFor(task, messages);
  return {
    ...(window === null ? {} : { num_ctx: window }),
    ...(maxTokens === null ? {} : { num_predict: maxTokens }),
    ...(temperature === null ? {} : { temperature }),
    ...(stop.length === 0 ? {} : { stop }),
  };
}

/** The smallest and the largest window that a server gives a model by default. https://docs.ollama.com/context-length */
const DEFAULT_WINDOWS = { smallest: 4096, largest: 262_144 };

/** Room for an answer without a limit, in tokens. */
const ANSWER_TOKENS = 2048;

/**
 * The window to ask for, in tokens; `null`: that of the server is large enough. A power of two, since the model is loaded again whenever
 * the window changes. A token stands for two bytes or more in nearly every text; where it does not, the server refuses the prompt.
 */
function windowFor(task: HttpTask, messages: readonly { content: string }[]): number | null {
  const bytes = messages.reduce((sum, { content }) => sum + Buffer.byteLength(content), 0);
  const needed = Math.ceil(bytes / 2) + (task.maxTokens ?? ANSWER_TOKENS);
  if (needed <= DEFAULT_WINDOWS.smallest) return null;
  return Math.min(2 ** Math.ceil(Math.log2(needed)), task.model?.contextWindow ?? DEFAULT_WINDOWS.largest);
}

/** A schema that cannot be held goes into the prompt alone; the answer is then any JSON object, if the schema wants one. */
function formatOf(schema: Readonly<Record<string, unknown>>): { format?: unknown } {
  if (isStrict(schema)) return { format: schema };
  return schema.type === 'object' ? { format: 'json' } : {};
}

/** Models that take an effort; any other refuses it with a 400. https://docs.ollama.com/capabilities/thinking */
const THINKS = /(?:^|\/)(?:gpt-oss|deepseek-r1|deepseek-v3\.|magistral|qwen3(?!-coder|.*instruct))/i;

function effortFor({ effort, model, modelId }: HttpTask): HttpTask['effort'] {
  return (model?.reasoningEffort ?? THINKS.test(modelId ?? '')) ? effort : null;
}

function hint(
  type: FailureType,
  { modelId, modelName }: HttpTask,
  { message }: ProviderError,
): string | null {
  if (type === 'model_not_found' && /\bmodel\b/i.test(message))
    return `\`ollama pull ${modelId}\` fetches it, \`ollama list\` shows what is there`;
  if (type === 'context_too_large')
    return 'give less context, or a larger window: `extra_body: { options: { num_ctx: 32768 } }`';
  if (type === 'authentication')
    return 'log in with `ollama signin`, or name the variable of a key with `api_key_env`';
  if (/does not support thinking/i.test(message))
    return `set \`reasoning_effort: false\` for \`${modelName}\` in \`models\``;
  return null;
}

function reader(): AnswerReader {
  const answer: Answer = { ...NO_ANSWER };
  return {
    event: (data) => take(answer, data),
    whole: (data) => take(answer, data),
    isOver: () => answer.ended || answer.error !== null,
    answer: () => answer,
  };
}

function take(answer: Answer, data: unknown): Piece[] {
  answer.error ??= errorIn(data);
  answer.responseModel = textAt(data, 'model') ?? answer.responseModel;
  if (at(data, 'done') === true) finish(answer, data);
  const text = textAt(data, 'message', 'content');
  return [
    ...(textAt(data, 'message', 'thinking') === null ? [] : [{ type: 'thinking' } as const]),
    ...(text === null ? [] : [{ type: 'text', text } as const]),
  ];
}

function finish(answer: Answer, data: unknown): void {
  endAnswer(answer, textAt(data, 'done_reason') ?? 'done');
  answer.usage = ollamaUsage(data);
}
