/**
 * What invocations add up to: columns of `usage_rows` and of the roll-up by day. Sums of tokens and of money (micro-USD) hold the known
 * part; how many miss a part is counted apart.
 */
export const SUM_COLUMNS = [
  'invocations',
  'failures',
  // Ran on another pair than the first that they were meant for.
  'fallbacks',
  // Tries of candidates.
  'attempts',
  // Calls of tools to their providers, of those that passed through the router.
  'calls',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_tokens',
  'total_tokens',
  // Succeeded without any reported tokens.
  'without_tokens',
  'charged_micro_usd',
  'list_micro_usd',
  // Invocations and attempts whose cost is unknown, in part or whole.
  'without_price',
  'attempts_without_price',
  // Invocations that can be compared with the preferred pair of their agent, what they cost, and what their tokens cost there.
  'compared',
  'compared_micro_usd',
  'preferred_micro_usd',
] as const;

export type SumColumn = (typeof SUM_COLUMNS)[number];

/** One sum for each column. */
export type UsageSums = { [column in SumColumn]: number };

/** Builds the sums column by column. */
export function sumsFrom(read: (column: SumColumn) => number): UsageSums {
  return Object.fromEntries(SUM_COLUMNS.map((column) => [column, read(column)])) as UsageSums;
}
