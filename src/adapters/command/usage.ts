import type { OutputGrammar } from '../../config/types.js';
import { toMicroUsd } from '../../domain/cost.js';
import { plausibleCount, plausibleMicroUsd } from '../../domain/plausible.js';
import { type Usage, usageFrom } from '../../domain/usage.js';
import type { Gathering } from './events.js';
import { numberOf } from './selector.js';

/** Normalized tokens: input without cached ones, output with reasoning; `null` when nothing was reported. */
export function readUsage(usage: OutputGrammar['usageSoFar'], gathering: Gathering): Usage | null {
  const raw = usageFrom((counter) => tokens(gathering.found(usage[counter])));
  if (Object.values(raw).every((count) => count === null)) return null;
  return {
    ...raw,
    inputTokens: inputOf(raw, usage.inputIncludesCache),
    outputTokens: outputOf(raw, usage.outputIncludesReasoning),
  };
}

/** The sum of the values of selectors; `null` when they found no number. */
export function sumOf(found: readonly unknown[]): number | null {
  const numbers = found.map(numberOf).filter((value) => value !== null);
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0);
}

/** The cost in micro-USD; `null` when none was reported, or when a part of it cannot be true. */
export function readCost(grammar: OutputGrammar, gathering: Gathering): number | null {
  const cost = plausibleSum(gathering.found(grammar.costUsd), (usd) => plausibleMicroUsd(toMicroUsd(usd)));
  return plausibleMicroUsd(cost);
}

function tokens(found: readonly unknown[]): number | null {
  return plausibleSum(found, plausibleCount);
}

/** The sum of the figures that selectors found; `null` when there is none, or when one of them cannot be true. */
function plausibleSum(found: readonly unknown[], plausible: (value: number) => number | null): number | null {
  const parts = found.map(numberOf).filter((value) => value !== null);
  const figures = parts.map(plausible);
  return figures.includes(null) ? null : sumOf(figures);
}

function inputOf(raw: Usage, includesCache: boolean): number | null {
  if (raw.inputTokens === null || !includesCache) return raw.inputTokens;
  const cached = (raw.cacheReadTokens ?? 0) + (raw.cacheWriteTokens ?? 0) + (raw.cacheWrite1hTokens ?? 0);
  return Math.max(0, raw.inputTokens - cached);
}

function outputOf(raw: Usage, includesReasoning: boolean): number | null {
  if (raw.outputTokens === null || includesReasoning) return raw.outputTokens;
  return raw.outputTokens + (raw.reasoningTokens ?? 0);
}
