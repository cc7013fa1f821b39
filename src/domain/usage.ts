/** The counters of tokens: the name of each in documents, logs and columns of the ledger, and what it counts. */
export const TOKEN_COUNTERS = {
  inputTokens: { name: 'input_tokens', about: 'Input without cached tokens' },
  cacheReadTokens: { name: 'cache_read_tokens', about: 'Read from a cache' },
  cacheWriteTokens: { name: 'cache_write_tokens', about: 'Written to a cache' },
  /** Billed separately by Anthropic. */
  cacheWrite1hTokens: {
    name: 'cache_write_1h_tokens',
    about: 'Written to a cache that lives one hour',
  },
  outputTokens: { name: 'output_tokens', about: 'Output, reasoning included' },
  reasoningTokens: { name: 'reasoning_tokens', about: 'Reasoning' },
} as const;

export type TokenCounter = keyof typeof TOKEN_COUNTERS;

/** Tokens of one attempt or of a whole invocation. `null` in a field means that it was not reported. */
export type Usage = { [counter in TokenCounter]: number | null };

/** All counters, in their public order. */
export const COUNTERS = Object.keys(TOKEN_COUNTERS) as TokenCounter[];

/** Builds a usage counter by counter. */
export function usageFrom(read: (counter: TokenCounter) => number | null): Usage {
  return {
    inputTokens: read('inputTokens'),
    cacheReadTokens: read('cacheReadTokens'),
    cacheWriteTokens: read('cacheWriteTokens'),
    cacheWrite1hTokens: read('cacheWrite1hTokens'),
    outputTokens: read('outputTokens'),
    reasoningTokens: read('reasoningTokens'),
  };
}

/** A usage without any report, shown as `null`, never as zeros. */
export const NO_USAGE: Usage = usageFrom(() => null);

/** Input, cache reads, cache writes and output together; reasoning is inside output. */
export function totalTokens(usage: Usage): number {
  let sum = 0;
  for (const counter of COUNTERS) if (counter !== 'reasoningTokens') sum += usage[counter] ?? 0;
  return sum;
}

/** Adds usages field by field; a field without any report stays `null`. All unknown gives `null`. */
export function addUsage(usages: readonly (Usage | null)[]): Usage | null {
  const known = usages.filter((usage) => usage !== null);
  if (known.length === 0) return null;
  return usageFrom((counter) => {
    const counts = known.map((usage) => usage[counter]).filter((tokens) => tokens !== null);
    return counts.length === 0 ? null : counts.reduce((sum, tokens) => sum + tokens, 0);
  });
}

/** A usage by its public names. */
export type NamedUsage = {
  [counter in TokenCounter as (typeof TOKEN_COUNTERS)[counter]['name']]: number | null;
};

/** A usage with the names of documents, logs and the ledger. */
export function namedUsage(usage: Usage): NamedUsage {
  return Object.fromEntries(
    COUNTERS.map((counter) => [TOKEN_COUNTERS[counter].name, usage[counter]]),
  ) as NamedUsage;
}

/** The usage of a document. */
export function usageOfNamed(named: NamedUsage): Usage {
  return usageFrom((counter) => named[TOKEN_COUNTERS[counter].name]);
}
