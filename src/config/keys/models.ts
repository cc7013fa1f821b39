import { TIERS } from '../../domain/request.js';
import { entries, list, map, texts, word } from './containers.js';
import { amount, count, flag, oneOf, text } from './kinds.js';

/** Protocols of provider APIs. */
export const APIS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini', 'ollama'] as const;

/** Those of them whose calls a gateway can read. */
export const GATEWAY_APIS = ['openai-chat', 'openai-responses', 'anthropic-messages', 'gemini'] as const;

/** Names of models, as providers write them. */
export const MODEL_NAME = '^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$';

const priceAboveSize = map('Price above a size', {
  input_tokens: count('The size that is passed').required(),
  input: amount('Input tokens').required().soughtAs('in', 'prompt'),
  output: amount('Output tokens').required(),
});

const price = map('Price in USD per million tokens', {
  input: amount('Input tokens').required(),
  output: amount('Output tokens, reasoning included').required().soughtAs('out', 'completion'),
  cache_read: amount('Input tokens read from a cache'),
  cache_write: amount('Input tokens written to a cache').soughtAs('cache_create', 'cache_creation'),
  cache_write_1h: amount('Input tokens written to a cache that lives one hour'),
  above: list(
    'Prices of requests whose whole input passes a size; cached tokens change like the input',
    priceAboveSize,
  ).as((steps) => steps.toSorted((a, b) => a.inputTokens - b.inputTokens)),
});

/** One entry of `models`. */
export const MODEL = {
  provider: text('Who makes it'),
  id: text('What is sent to tools [the name]'),
  ids: entries('Ids that differ, by tool', word()),
  api: oneOf("The protocol for this model, where it is not its tool's", APIS),
  tier: oneOf(
    'Tier of speed and price: puts the model first in that tier, unless `tiers` lists its models',
    TIERS,
  ),
  reasoning_effort: flag('The model takes a reasoning effort; false: none is sent to an API [by its id]'),
  context_window: count('Tokens of the context window').soughtAs('context', 'context_length', 'window'),
  max_output_tokens: count('The most output tokens').soughtAs('max_tokens', 'max_output'),
  cost_per_1m_tokens: price
    .orNull()
    .named('price')
    .floor('own')
    .soughtAs('price', 'prices', 'pricing', 'cost'),
  priced_at: text('The day of the price; information').notResolved().harmless(),
  deprecated: flag('The provider will remove it, or has: using it is a warning').default(false).harmless(),
  superseded_by: text('The model that follows it, named by that warning').harmless(),
  task_suitability: texts('What it is good at; information').notResolved().harmless(),
};
