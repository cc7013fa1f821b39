import type { Api } from '../../config/types.js';
import { versioned } from './base-url.js';
import { at, countAt, textAt } from './json.js';
import { isUsableId } from './model-id.js';

/** A model as its provider lists it; `null`: the provider does not say. */
export interface ListedModel {
  /** As it is sent in requests. */
  id: string;
  /** Tokens. */
  contextWindow: number | null;
  /** Tokens. */
  maxOutputTokens: number | null;
  /** USD per million tokens. */
  price: { input: number; output: number } | null;
  /** Its last day, `2026-12-11`. */
  shutdownDate: string | null;
}

/** How the providers of a protocol list their models. Pure. */
export interface ModelList {
  /** Path and query of a page; `after` is what `next` gave, `null` for the first page. */
  path: (basePath: string, after: string | null) => string;
  /** The entries of a page; `null`: the body holds no list. */
  entries: (body: unknown) => readonly unknown[] | null;
  /** One entry; `null`: it is no model that answers text, or has no usable id. */
  read: (entry: unknown) => ListedModel | null;
  /** Where the next page begins; `null`: this was the last. */
  next: (body: unknown) => string | null;
}

/**
 * OpenAI's list and those of compatible servers: OpenRouter, Together (a bare list), Groq, Mistral, vLLM, LM Studio.
 * https://developers.openai.com/api/docs/api-reference/models/list
 */
const openAi: ModelList = {
  path: (basePath) => `${basePath === '' ? '/v1' : basePath}/models`,
  entries: (body) => listOr(body, at(body, 'data'), at(body, 'models')),
  read: (entry) =>
    listed(textAt(entry, 'id') ?? textAt(entry, 'name'), {
      contextWindow:
        countAt(entry, 'context_length') ??
        countAt(entry, 'context_window') ??
        countAt(entry, 'max_context_length') ??
        countAt(entry, 'max_model_len'),
      maxOutputTokens:
        countAt(entry, 'top_provider', 'max_completion_tokens') ?? countAt(entry, 'max_completion_tokens'),
      price: openAiPrice(at(entry, 'pricing')),
      shutdownDate:
        dayAt(entry, 'shutdown_date') ?? dayAt(entry, 'expiration_date') ?? dayAt(entry, 'deprecation'),
    }),
  next: () => null,
};

/** https://platform.claude.com/docs/en/api/models/list */
const anthropic: ModelList = {
  path: (basePath, after) =>
    `${versioned(basePath, 'v1')}/models?limit=1000${after === null ? '' : `&after_id=${encodeURIComponent(after)}`}`,
  entries: (body) => listOr(at(body, 'data')),
  read: (entry) =>
    listed(textAt(entry, 'id'), {
      contextWindow: countAt(entry, 'max_input_tokens'),
      maxOutputTokens: countAt(entry, 'max_tokens'),
    }),
  next: (body) => (at(body, 'has_more') === true ? textAt(body, 'last_id') : null),
};

/** Those of other kinds embed texts or make images. https://ai.google.dev/api/models#method:-models.list */
const gemini: ModelList = {
  path: (basePath, after) =>
    `${versioned(basePath, 'v1beta')}/models?pageSize=1000${after === null ? '' : `&pageToken=${encodeURIComponent(after)}`}`,
  entries: (body) => listOr(at(body, 'models')),
  read: (entry) => {
    const methods = at(entry, 'supportedGenerationMethods');
    if (Array.isArray(methods) && !methods.includes('generateContent')) return null;
    return listed(textAt(entry, 'name')?.replace(/^models\//, '') ?? null, {
      contextWindow: countAt(entry, 'inputTokenLimit'),
      maxOutputTokens: countAt(entry, 'outputTokenLimit'),
    });
  },
  next: (body) => textAt(body, 'nextPageToken'),
};

/** The models that were pulled; `latest` is what a name without a tag means. https://docs.ollama.com/api/tags */
const ollama: ModelList = {
  path: (basePath) => `${basePath.replace(/\/(api|v1)$/, '')}/api/tags`,
  entries: (body) => listOr(at(body, 'models')),
  read: (entry) => {
    const id = textAt(entry, 'model') ?? textAt(entry, 'name');
    return listed(id?.replace(/:latest$/, '') ?? null, {});
  },
  next: () => null,
};

/** The list of each protocol. */
export const MODEL_LISTS: Readonly<Record<Api, ModelList>> = {
  'openai-chat': openAi,
  'openai-responses': openAi,
  'anthropic-messages': anthropic,
  gemini,
  ollama,
};

function listed(id: string | null, known: Partial<Omit<ListedModel, 'id'>>): ListedModel | null {
  if (id === null || !isUsableId(id)) return null;
  return { id, contextWindow: null, maxOutputTokens: null, price: null, shutdownDate: null, ...known };
}

/** The first value that is a list. */
function listOr(...values: unknown[]): readonly unknown[] | null {
  return values.find((value) => Array.isArray(value)) ?? null;
}

/** OpenRouter writes USD per token as text, Together USD per million tokens; -1 stands for a price that varies. */
function openAiPrice(pricing: unknown): ListedModel['price'] {
  const [prompt, completion] = [textAt(pricing, 'prompt')?.trim(), textAt(pricing, 'completion')?.trim()];
  if (prompt && completion) return priceOf(Number(prompt) * 1e6, Number(completion) * 1e6);
  const [input, output] = [at(pricing, 'input'), at(pricing, 'output')];
  return typeof input === 'number' && typeof output === 'number' ? priceOf(input, output) : null;
}

const MAX_USD_PER_MILLION = 100_000;

function priceOf(input: number, output: number): ListedModel['price'] {
  const isPrice = (usd: number): boolean => usd >= 0 && usd <= MAX_USD_PER_MILLION;
  const exact = (usd: number): number => Number(usd.toPrecision(9));
  return isPrice(input) && isPrice(output) ? { input: exact(input), output: exact(output) } : null;
}

/** The day of a date or a time. */
function dayAt(entry: unknown, key: string): string | null {
  const day = textAt(entry, key)?.slice(0, 10) ?? '';
  return /^\d{4}-\d\d-\d\d$/.test(day) && !Number.isNaN(Date.parse(day)) ? day : null;
}
