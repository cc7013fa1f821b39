import type { RouterConfig } from '../config/types.js';
import { lookup } from '../domain/lookup.js';
import type { Candidate } from '../domain/plan.js';
import type { Traits } from './standings.js';

/** What a decision may turn on. */
export function traitsOf(config: RouterConfig, { tool, model }: Candidate): Traits {
  const entry = lookup(config.models, model);
  const price = entry?.price ?? null;
  return {
    kind: lookup(config.tools, tool)?.kind ?? 'command',
    contextWindow: entry?.contextWindow ?? null,
    priceUsd: price === null ? null : price.input + price.output,
  };
}
