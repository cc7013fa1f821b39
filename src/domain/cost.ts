import { plausibleMicroUsd } from './plausible.js';
import { totalTokens, type Usage } from './usage.js';

/** The source of a cost: the tool's own figure, catalogue prices times tokens, an estimate, or unknown; most certain first. */
export const COST_BASES = ['reported', 'computed', 'estimated', 'unknown'] as const;
export type CostBasis = (typeof COST_BASES)[number];

/** How a tool is billed: per token, by a flat subscription, or not at all. */
export const BILLINGS = ['api', 'subscription', 'free'] as const;
export type Billing = (typeof BILLINGS)[number];

/** The cost of an attempt or invocation in integer micro-USD (1 USD = 1,000,000). */
export interface Cost {
  /** The charged amount: 0 for `subscription` and `free`; `null` when unknown. */
  chargedMicroUsd: number | null;
  /** The list price; `null` when unknown. */
  listMicroUsd: number | null;
  basis: CostBasis;
  billing: Billing;
}

/** Totals of a tool's own session over all its runs; unreported values are `null`. */
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
  /** Prices of requests whose whole input (cached tokens included) exceeds a size. */
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

/** The known facts about the cost of an attempt. */
export interface CostInput {
  /** The tool's own figure. */
  reportedMicroUsd: number | null;
  usage: Usage | null;
  price: Price | null;
  billing: Billing;
  /** The usage may be the sum of many requests, as for an agent, so the size of each is unknown. */
  manyRequests?: boolean;
  /** The attempt was ended early, so it may have used more than it had reported. */
  cutShort?: boolean;
  /** The request was rejected before any work, at no cost. */
  rejectedUnbilled?: boolean;
  /** It was billed at a price that is not in the catalogue. */
  isPriceUnknown?: boolean;
}

/**
 * The cost of one attempt: the tool's own figure, else the catalogue's. A partly known cost keeps the known part with basis `unknown`.
 * When only the sum of many requests exceeds the size at which a price rises, the higher price is used and the cost is an estimate, so
 * that limits hold.
 */
export function attemptCost(input: CostInput): Cost {
  const { usage, price, billing } = input;
  const reportedMicroUsd = plausibleReport(input);
  if (input.rejectedUnbilled === true && reportedMicroUsd === null && usage === null)
    return { chargedMicroUsd: 0, listMicroUsd: 0, basis: 'computed', billing };
  const computed =
    usage !== null && price !== null && input.isPriceUnknown !== true ? priceOf(usage, price) : null;
  const listMicroUsd = billing === 'free' ? 0 : (reportedMicroUsd ?? computed?.microUsd ?? null);
  const basis = costBasis({ ...input, reportedMicroUsd }, computed?.isComplete ?? false);
  return { chargedMicroUsd: billing === 'api' ? listMicroUsd : 0, listMicroUsd, basis, billing };
}

/** Tools without a price report a cost of 0 for billed tokens. */
function plausibleReport({ reportedMicroUsd, usage, billing }: CostInput): number | null {
  const cost = plausibleMicroUsd(reportedMicroUsd);
  return cost === 0 && billing === 'api' && usage !== null && totalTokens(usage) > 0 ? null : cost;
}

function costBasis(
  { reportedMicroUsd, usage, price, billing, manyRequests, cutShort }: CostInput,
  isComputed: boolean,
): CostBasis {
  if (billing === 'free') return reportedMicroUsd === null ? 'computed' : 'reported';
  if (reportedMicroUsd === null && !isComputed) return 'unknown';
  if (cutShort === true) return 'estimated';
  if (reportedMicroUsd !== null) return 'reported';
  const isTiered = usage !== null && price !== null && priceAt(price, wholeInput(usage)) !== price;
  return isTiered && manyRequests === true ? 'estimated' : 'computed';
}

/** The prices of a request with this much input: above a size step cached tokens become dearer in proportion to the input. */
export function priceAt(price: Price, inputTokens: number): Omit<Price, 'above'> {
  const step = price.above.filter((tier) => inputTokens > tier.inputTokens).at(-1);
  if (step === undefined) return price;
  const times = (amount: number | null) =>
    amount === null || price.input === 0 ? amount : (amount * step.input) / price.input;
  return {
    input: step.input,
    output: step.output,
    cacheRead: times(price.cacheRead),
    cacheWrite: times(price.cacheWrite),
    cacheWrite1h: times(price.cacheWrite1h),
  };
}

/** Tokens times catalogue price in micro-USD; `null` when a used kind of token has no price or no count. */
export function listPrice(usage: Usage, price: Price): number | null {
  const cost = priceOf(usage, price);
  return cost?.isComplete === true ? cost.microUsd : null;
}

/** The list price without cached tokens of unknown price, and whether it is complete; `null` when unknown. */
function priceOf(usage: Usage, price: Price): { microUsd: number; isComplete: boolean } | null {
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === null || outputTokens === null) return null;
  const each = priceAt(price, wholeInput(usage));
  const cached: [tokens: number | null, perToken: number | null][] = [
    [usage.cacheReadTokens, each.cacheRead],
    [usage.cacheWriteTokens, each.cacheWrite],
    [usage.cacheWrite1hTokens, each.cacheWrite1h],
  ];
  let microUsd = inputTokens * each.input + outputTokens * each.output;
  let isComplete = true;
  for (const [tokens, perToken] of cached) {
    if (tokens === null || tokens === 0) continue;
    if (perToken === null) isComplete = false;
    else microUsd += tokens * perToken;
  }
  const plausible = plausibleMicroUsd(microUsd);
  return plausible !== null && (isComplete || plausible > 0) ? { microUsd: plausible, isComplete } : null;
}

function wholeInput({ inputTokens, cacheReadTokens, cacheWriteTokens, cacheWrite1hTokens }: Usage): number {
  return (inputTokens ?? 0) + (cacheReadTokens ?? 0) + (cacheWriteTokens ?? 0) + (cacheWrite1hTokens ?? 0);
}

/** Sums the known costs of attempts; one unknown part makes the basis `unknown`. */
export function addCosts(costs: readonly Cost[]): Cost | null {
  const [first] = costs;
  if (first === undefined) return null;
  const worst = costs.reduce(
    (basis, cost) => (COST_BASES.indexOf(cost.basis) > COST_BASES.indexOf(basis) ? cost.basis : basis),
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
