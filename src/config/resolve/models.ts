import type { Price } from '../../domain/cost.js';
import type { Tier } from '../../domain/request.js';
import { record } from '../tree.js';
import type { Api, ModelConfig } from '../types.js';
import type { Reader } from './reader.js';

/** One entry of `models`. */
export function resolveModel(name: string, model: Reader): ModelConfig {
  return {
    name,
    at: model.at,
    provider: model.text('provider'),
    id: model.text('id') ?? name,
    ids: record(model.textMap('ids').map(([tool, id]) => [tool, id.value])),
    api: model.text('api') as Api | null,
    tier: model.text('tier') as Tier | null,
    contextWindow: model.number('context_window'),
    maxOutputTokens: model.number('max_output_tokens'),
    price: priceOf(model),
  };
}

function priceOf(model: Reader): Price | null {
  const input = model.number('cost_per_1m_tokens.input');
  const output = model.number('cost_per_1m_tokens.output');
  if (input === null || output === null) return null;
  return {
    input,
    output,
    cacheRead: model.number('cost_per_1m_tokens.cache_read'),
    cacheWrite: model.number('cost_per_1m_tokens.cache_write'),
    cacheWrite1h: model.number('cost_per_1m_tokens.cache_write_1h'),
    above: stepsOf(model),
  };
}

/** Smallest size first: the last one that is passed holds. */
function stepsOf(model: Reader): Price['above'] {
  return model
    .items('cost_per_1m_tokens.above')
    .map((step) => ({
      inputTokens: step.number('input_tokens') ?? 0,
      input: step.number('input') ?? 0,
      output: step.number('output') ?? 0,
    }))
    .sort((a, b) => a.inputTokens - b.inputTokens);
}
