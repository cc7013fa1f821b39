import type { ModelConfig } from '../config/types.js';
import { type Price, priceAt } from '../domain/cost.js';
import type { CallRequest } from './call-request.js';

/** The most that a call may cost, or what is missing to know it. */
export type WorstCase =
  | { microUsd: number; inputTokens: number; outputTokens: number }
  | { missing: 'price' | 'output_limit' | 'tier' };

/** No model has a larger window. */
const LARGEST_WINDOW = 2_000_000;

/** The whole input as its dearest kind, and the longest answers, at catalogue price. */
export function worstCase(
  call: CallRequest,
  model: Pick<ModelConfig, 'price' | 'contextWindow' | 'maxOutputTokens'> | null,
): WorstCase {
  const price = model?.price ?? null;
  if (model === null || price === null) return { missing: 'price' };
  if (call.otherTier !== null) return { missing: 'tier' };
  const limit = call.outputTokens ?? model.maxOutputTokens ?? model.contextWindow;
  if (limit === null) return { missing: 'output_limit' };
  const window = model.contextWindow ?? LARGEST_WINDOW;
  const inputTokens = Math.min(call.inputTokens ?? window, window);
  const outputTokens = limit * call.answers;
  const each = priceAt(price, inputTokens);
  const microUsd = Math.ceil(inputTokens * dearestInput(each, call) + outputTokens * each.output);
  return Number.isSafeInteger(microUsd)
    ? { microUsd, inputTokens, outputTokens }
    : { missing: 'output_limit' };
}

function dearestInput(each: Omit<Price, 'above'>, { cacheWrites }: CallRequest): number {
  const short = cacheWrites === 'none' ? 0 : (each.cacheWrite ?? 0);
  const hour = cacheWrites === 'hour' ? (each.cacheWrite1h ?? 0) : 0;
  return Math.max(each.input, short, hour);
}
