import { toMicroUsd } from '../../domain/cost.js';
import { isMap } from '../../domain/lookup.js';
import { plausibleMicroUsd } from '../../domain/plausible.js';
import { NO_USAGE, type Usage } from '../../domain/usage.js';
import { at, countAt, textAt } from './json.js';

/** Reported counts, by the provider's names. */
export type Counts = Readonly<Record<string, unknown>>;

/** More names than any provider reports, at one level: each event copies them. */
const MOST_COUNTS = 128;

/** Later counts are totals that replace earlier ones; a count that is missing or zero later keeps its earlier value. */
export function laterCounts(earlier: Counts, later: unknown): Counts {
  if (!isMap(later)) return earlier;
  const merged: Record<string, unknown> = { ...earlier };
  for (const [name, value] of Object.entries(later).slice(0, MOST_COUNTS)) {
    if (!Object.hasOwn(merged, name) && Object.keys(merged).length >= MOST_COUNTS) continue;
    const before = merged[name];
    if (isMap(value)) merged[name] = laterCounts(isMap(before) ? before : {}, value);
    else if (value !== null && !(value === 0 && typeof before === 'number')) merged[name] = value;
  }
  return merged;
}

/**
 * The usage of Chat Completions, in the spelling of any host. Prompt tokens mostly include those read from and written to a cache, and
 * completion tokens those of reasoning; where `total_tokens` is larger by just these, they are counted apart (xAI, Gemini).
 */
export function chatUsage(usage: object): Usage | null {
  const prompt = first(usage, PROMPT);
  const completion = first(usage, COMPLETION);
  if (prompt === null && completion === null) return null;
  const read = first(usage, CACHE_READ);
  const written = first(usage, CACHE_WRITTEN);
  const cached = (read ?? 0) + (written ?? 0);
  const reasoning = first(usage, REASONING);
  const total = first(usage, TOTAL);
  // Where a part is missing the rest of the total may be anything.
  const apart = total === null || !prompt || !completion ? 0 : total - prompt - completion;
  const isCacheApart =
    cached > (prompt ?? 0) || (cached > 0 && [cached, cached + (reasoning ?? 0)].includes(apart));
  const left = Math.max(0, apart - (isCacheApart ? cached : 0));
  return {
    ...NO_USAGE,
    inputTokens: prompt === null || isCacheApart ? prompt : prompt - cached,
    cacheReadTokens: read,
    cacheWriteTokens: written,
    outputTokens: completion === null ? null : completion + reasoningApart(left, reasoning),
    reasoningTokens: reasoning ?? (left > 0 ? left : null),
  };
}

type Names = readonly (readonly string[])[];

const PROMPT: Names = [
  ['prompt_tokens'],
  ['input_tokens'],
  ['promptTokens'],
  ['inputTokens'],
  ['promptTokenCount'],
];
const COMPLETION: Names = [
  ...[
    ['completion_tokens'],
    ['output_tokens'],
    ['completionTokens'],
    ['outputTokens'],
    ['candidatesTokenCount'],
  ],
];
const TOTAL: Names = [['total_tokens'], ['totalTokens'], ['totalTokenCount']];
const CACHE_READ: Names = [
  ['prompt_tokens_details', 'cached_tokens'],
  ['prompt_token_details', 'cached_tokens'],
  ['input_tokens_details', 'cached_tokens'],
  ['prompt_cache_hit_tokens'],
  ['cache_read_input_tokens'],
  ['cacheReadInputTokens'],
  ['cachedContentTokenCount'],
  ['num_cached_tokens'],
  ['cached_tokens'],
];
const CACHE_WRITTEN: Names = [
  ['prompt_tokens_details', 'cache_write_tokens'],
  ['prompt_tokens_details', 'cache_creation_tokens'],
  ['input_tokens_details', 'cache_write_tokens'],
  ['prompt_tokens_details', 'cached_creation_tokens'],
  ['prompt_tokens_details', 'cache_creation_input_tokens'],
  ['cache_creation_input_tokens'],
  ['cacheWriteInputTokens'],
];
const REASONING: Names = [
  ['completion_tokens_details', 'reasoning_tokens'],
  ['completion_tokens_details', 'thinking_tokens'],
  ['output_tokens_details', 'reasoning_tokens'],
  ['reasoning_tokens'],
  ['reasoningTokens'],
  ['thoughtsTokenCount'],
];

/** The first count with one of these names. */
function first(usage: object, names: Names): number | null {
  for (const steps of names) {
    const count = countAt(usage, ...steps);
    if (count !== null) return count;
  }
  return null;
}

/** Tokens that are only in the total are reasoning, up to its reported count, if any. */
function reasoningApart(left: number, reasoning: number | null): number {
  return reasoning === null || left === reasoning ? left : 0;
}

/**
 * The usage of Gemini. Prompt tokens include those read from a cache; those that its tools add, and reasoning, are counted apart, unless
 * the total shows that the output includes the reasoning.
 */
export function geminiUsage(usage: object): Usage | null {
  const [prompt, answer] = [countAt(usage, 'promptTokenCount'), countAt(usage, 'candidatesTokenCount')];
  const thoughts = countAt(usage, 'thoughtsTokenCount');
  if (prompt === null && answer === null && thoughts === null) return null;
  const cached = countAt(usage, 'cachedContentTokenCount');
  const input = prompt === null ? null : prompt + (countAt(usage, 'toolUsePromptTokenCount') ?? 0);
  const total = countAt(usage, 'totalTokenCount');
  const isInside = total === (input ?? 0) + (answer ?? 0) && (answer ?? 0) >= (thoughts ?? 0);
  // As in the usage of Chat Completions, tokens that are only in the total are reasoning.
  const apart = thoughts ?? (input && answer && total !== null ? Math.max(0, total - input - answer) : 0);
  const output = answer === null && thoughts === null ? null : (answer ?? 0) + (isInside ? 0 : apart);
  return {
    ...NO_USAGE,
    inputTokens: input === null ? null : Math.max(0, input - (cached ?? 0)),
    cacheReadTokens: cached,
    outputTokens: output,
    reasoningTokens: thoughts ?? (apart > 0 ? apart : null),
  };
}

/**
 * The usage of Messages. Input tokens leave out what was read from or written to a cache; writes for one hour are reported separately, as part of
 * all writes.
 */
export function messagesUsage(usage: object): Usage | null {
  const [input, output] = [countAt(usage, 'input_tokens'), countAt(usage, 'output_tokens')];
  if (input === null && output === null) return null;
  const written = countAt(usage, 'cache_creation_input_tokens');
  const hour = countAt(usage, 'cache_creation', 'ephemeral_1h_input_tokens');
  return {
    ...NO_USAGE,
    inputTokens: input,
    cacheReadTokens: countAt(usage, 'cache_read_input_tokens'),
    cacheWriteTokens: written === null ? null : Math.max(0, written - (hour ?? 0)),
    cacheWrite1hTokens: hour,
    outputTokens: output,
    reasoningTokens: countAt(usage, 'output_tokens_details', 'thinking_tokens'),
  };
}

/** The usage of Ollama; its output includes the reasoning. */
export function ollamaUsage(answer: unknown): Usage | null {
  const [input, output] = [countAt(answer, 'prompt_eval_count'), countAt(answer, 'eval_count')];
  return input === null && output === null ? null : { ...NO_USAGE, inputTokens: input, outputTokens: output };
}

/**
 * The tier that a provider billed by, where it is not the ordinary one: its name, or what else changes the price of each token.
 * https://platform.claude.com/docs/en/build-with-claude/fast-mode, https://platform.claude.com/docs/en/build-with-claude/data-residency
 */
export function serviceTierIn(usage: unknown): string | null {
  const speed = textAt(usage, 'speed');
  if (speed !== null && !/^(standard|normal|default)$/i.test(speed)) return speed;
  if (/^us$/i.test(textAt(usage, 'inference_geo') ?? '')) return 'inference_geo: us';
  return textAt(usage, 'service_tier') ?? textAt(usage, 'serviceTier');
}

/**
 * How often a provider searched the web for an answer, by the names of Anthropic, OpenRouter, xAI and Perplexity.
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/web-search-tool
 */
export function searchesIn(usage: unknown): number {
  const counts = SEARCHES.map((steps) => countAt(usage, ...steps) ?? 0);
  return Math.max(...counts);
}

const SEARCHES: Names = [
  ['server_tool_use', 'web_search_requests'],
  ['num_sources_used'],
  ['num_server_side_tools_used'],
  ['num_search_queries'],
];

/**
 * OpenRouter reports the cost in credits of one dollar; with the user's own key at a provider its bill comes on top.
 * https://openrouter.ai/docs/use-cases/usage-accounting
 */
export function reportedCost(usage: object): number | null {
  const cost = at(usage, 'cost');
  if (typeof cost !== 'number' || cost < 0) return null;
  const upstream = at(usage, 'is_byok') === true ? at(usage, 'cost_details', 'upstream_inference_cost') : 0;
  return typeof upstream === 'number' && upstream >= 0
    ? plausibleMicroUsd(toMicroUsd(cost + upstream))
    : null;
}
