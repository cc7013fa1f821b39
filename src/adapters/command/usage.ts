import type { OutputGrammar } from '../../config/types.js';
import { plausibleCount } from '../../domain/plausible.js';
import { type Usage, usageFrom } from '../../domain/usage.js';
import type { Gathering } from './events.js';
import { numberOf } from './selector.js';

/** Normalized tokens: input without cached ones, output with reasoning; `null` when nothing was reported. */
export function readUsage(grammar: OutputGrammar, gathering: Gathering): Usage | null {
  const { usage } = grammar;
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

function tokens(found: readonly unknown[]): number | null {
  const parts = found.map(numberOf).filter((value) => value !== null);
  const counts = parts.map(plausibleCount);
  return parts.length === 0 || counts.includes(null) ? null : sumOf(parts);
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
