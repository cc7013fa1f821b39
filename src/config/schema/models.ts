import { TIERS } from '../../domain/request.js';
import { APIS, amount, count, fixedKeys, flag, object, oneOf, type Schema, text, texts } from './parts.js';

/** One entry of `models`. */
export const modelSchema: Schema = {
  type: ['object', 'null'],
  description: 'A catalogue entry',
  ...fixedKeys({
    provider: text('Who makes it'),
    id: text('What is sent to tools [the name]'),
    ids: {
      type: 'object',
      description: 'Ids that differ, by tool',
      additionalProperties: { type: 'string', minLength: 1 },
    },
    api: oneOf("The protocol for this model, where it is not its tool's", APIS),
    tier: oneOf('Tier of speed and price', TIERS),
    context_window: count('Tokens of the context window'),
    max_output_tokens: count('The most output tokens'),
    cost_per_1m_tokens: object(
      'Price in USD per million tokens',
      {
        input: amount('Input tokens'),
        output: amount('Output tokens, reasoning included'),
        cache_read: amount('Input tokens read from a cache'),
        cache_write: amount('Input tokens written to a cache'),
        cache_write_1h: amount('Input tokens written to a cache that lives one hour'),
        above: {
          type: 'array',
          description:
            'Prices of requests whose whole input passes a size; cached tokens change like the input',
          items: object(
            'Price above a size',
            {
              input_tokens: count('The size that is passed'),
              input: amount('Input tokens'),
              output: amount('Output tokens'),
            },
            ['input_tokens', 'input', 'output'],
          ),
        },
      },
      ['input', 'output'],
    ),
    priced_at: text('The day of the price; information'),
    deprecated: flag('The provider will remove it; information', false),
    superseded_by: text('The model that follows it; information'),
    task_suitability: texts('What it is good at; information'),
  }),
};
