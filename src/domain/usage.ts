/** Tokens of one attempt or of a whole invocation. `null` in a field means that it was not reported. */
export interface Usage {
  /** Input tokens, cached ones excluded. */
  inputTokens: number | null;
  cacheReadTokens: number | null;
  cacheWriteTokens: number | null;
  /** Tokens written to a cache that lives one hour (billed apart by Anthropic). */
  cacheWrite1hTokens: number | null;
  /** Output tokens, reasoning included. */
  outputTokens: number | null;
  reasoningTokens: number | null;
}

/** Nothing reported at all; such a usage is shown as `null`, never as zeros. */
export const NO_USAGE: Usage = {
  inputTokens: null,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  cacheWrite1hTokens: null,
  outputTokens: null,
  reasoningTokens: null,
};

/** Input, cache reads, cache writes and output together; reasoning is inside output. */
export function totalTokens(usage: Usage): number {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens, outputTokens } = usage;
  return [inputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens, outputTokens].reduce<number>(
    (sum, tokens) => sum + (tokens ?? 0),
    0,
  );
}

/** Adds usages field by field; fields that nobody reported stay `null`. All unknown gives `null`. */
export function addUsage(usages: readonly (Usage | null)[]): Usage | null {
  const known = usages.filter((usage) => usage !== null);
  if (known.length === 0) return null;
  const sum = { ...NO_USAGE };
  for (const usage of known) {
    for (const field of Object.keys(NO_USAGE) as (keyof Usage)[]) {
      const tokens = usage[field];
      if (tokens !== null) sum[field] = (sum[field] ?? 0) + tokens;
    }
  }
  return sum;
}
