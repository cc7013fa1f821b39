import type { Usage } from './usage.js';

/** Where a cost comes from: the tool said it, catalogue prices times tokens, an estimate, or nothing is known. */
export type CostBasis = 'reported' | 'computed' | 'estimated' | 'unknown';

/** Who pays: metered per token, a flat subscription, or nobody. */
export type Billing = 'api' | 'subscription' | 'free';

/** What an attempt or invocation cost, in integer micro-USD (1 USD = 1,000,000). */
export interface Cost {
  /** What is charged: 0 for `subscription` and `free`; `null` when nothing is known. */
  chargedMicroUsd: number | null;
  /** What the list price would be; `null` when nothing is known. */
  listMicroUsd: number | null;
  basis: CostBasis;
  billing: Billing;
}

/** Totals of a tool's own session over all its runs; what was never reported is `null`. */
export interface SessionTotals {
  usage: Usage | null;
  /** Micro-USD, by the tool's own figures. */
  costMicroUsd: number | null;
}

/** Catalogue price of a model in USD per million tokens (which is micro-USD per token). */
export interface Price {
  input: number;
  output: number;
  cacheRead: number | null;
  cacheWrite: number | null;
  cacheWrite1h: number | null;
  /** Prices of requests whose whole input (cached tokens included) passes a size. */
  above: readonly { inputTokens: number; input: number; output: number }[];
}

/** Dollars, as users write them, to integer micro-USD. */
export function toMicroUsd(usd: number): number {
  return Math.round(usd * 1_000_000);
}

/** Integer micro-USD to dollars, for output. */
export function toUsd(microUsd: number): number {
  return microUsd / 1_000_000;
}

/** The cost of one attempt: the tool's own figure before the catalogue's; unknown stays unknown. */
export function attemptCost(input: {
  reportedMicroUsd: number | null;
  usage: Usage | null;
  price: Price | null;
  billing: Billing;
}): Cost {
  const { reportedMicroUsd, usage, price, billing } = input;
  const computed = usage !== null && price !== null ? listPrice(usage, price) : null;
  const listMicroUsd = billing === 'free' ? 0 : (reportedMicroUsd ?? computed);
  const basis: CostBasis = costBasis(billing, reportedMicroUsd, computed);
  return { chargedMicroUsd: billing === 'api' ? listMicroUsd : 0, listMicroUsd, basis, billing };
}

function costBasis(billing: Billing, reported: number | null, computed: number | null): CostBasis {
  if (reported !== null) return 'reported';
  if (computed !== null || billing === 'free') return 'computed';
  return 'unknown';
}

/** Tokens times catalogue price in micro-USD; `null` when a token kind that occurred has no price, or no count. */
export function listPrice(usage: Usage, price: Price): number | null {
  const whole = (usage.inputTokens ?? 0) + (usage.cacheReadTokens ?? 0) + (usage.cacheWriteTokens ?? 0);
  const tier = price.above.filter((step) => whole > step.inputTokens).at(-1) ?? price;
  if (usage.inputTokens === null || usage.outputTokens === null) return null;
  const parts: [tokens: number | null, perToken: number | null][] = [
    [usage.inputTokens, tier.input],
    [usage.outputTokens, tier.output],
    [usage.cacheReadTokens, price.cacheRead],
    [usage.cacheWriteTokens, price.cacheWrite],
    [usage.cacheWrite1hTokens, price.cacheWrite1h],
  ];
  let sum = 0;
  for (const [tokens, perToken] of parts) {
    if (tokens === null || tokens === 0) continue;
    if (perToken === null) return null;
    sum += tokens * perToken;
  }
  return Math.round(sum);
}

/** Sums the attempts of an invocation: the known part is summed, one unknown part makes the basis `unknown`. */
export function addCosts(costs: readonly Cost[]): Cost | null {
  const [first] = costs;
  if (first === undefined) return null;
  const order: CostBasis[] = ['reported', 'computed', 'estimated', 'unknown'];
  const worst = costs.reduce(
    (basis, cost) => (order.indexOf(cost.basis) > order.indexOf(basis) ? cost.basis : basis),
    first.basis,
  );
  return {
    chargedMicroUsd: sumKnown(costs.map((cost) => cost.chargedMicroUsd)),
    listMicroUsd: sumKnown(costs.map((cost) => cost.listMicroUsd)),
    basis: worst,
    billing: costs.some((cost) => cost.billing === 'api') ? 'api' : first.billing,
  };
}

function sumKnown(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}
