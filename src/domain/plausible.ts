import { type Usage, usageFrom } from './usage.js';

/** More tokens, or micro-USD, than one run can use: a larger report is wrong. */
const MOST = 1e12;

/** A plausible count; `null` for a number that is negative, fractional, not finite or absurdly large. */
export function plausibleCount(count: number | null): number | null {
  return count !== null && Number.isInteger(count) && count >= 0 && count <= MOST ? count : null;
}

/** A plausible cost in micro-USD, rounded; `null` for a number that is negative, not finite or absurdly large. */
export function plausibleMicroUsd(cost: number | null): number | null {
  return cost === null ? null : plausibleCount(Math.round(cost));
}

/** A longer name or id is a text, and would be kept in every record of the run. */
const MOST_CHARS = 1024;

/** A plausible id, or name of a model; `null` for one that is absurdly long. */
export function plausibleName(name: string | null): string | null {
  return name !== null && name.length <= MOST_CHARS ? name : null;
}

/**
 * The plausible part of a usage. An answer with text used tokens, so zeros beside it count as unreported; more reasoning than output
 * cannot be part of that output and is added to it. All unknown gives `null`.
 */
export function plausibleUsage(usage: Usage | null, answer: { hasText: boolean }): Usage | null {
  if (usage === null) return null;
  const counts = usageFrom((counter) => plausibleCount(usage[counter]));
  const output = wholeOutput(counts);
  const { inputTokens, outputTokens, reasoningTokens: _inOutput, ...cached } = counts;
  const usesCache = Object.values(cached).some((count) => count !== null && count > 0);
  const reported = {
    ...counts,
    inputTokens: answer.hasText && inputTokens === 0 && !usesCache ? null : inputTokens,
    outputTokens: answer.hasText && output === 0 ? null : output,
  };
  const isUnknown = Object.values(reported).every(
    (count) => count === null || (count === 0 && answer.hasText),
  );
  return isUnknown ? null : reported;
}

function wholeOutput({ outputTokens, reasoningTokens }: Usage): number | null {
  if (outputTokens === null || reasoningTokens === null) return outputTokens;
  return reasoningTokens > outputTokens ? outputTokens + reasoningTokens : outputTokens;
}
