import type { Attempt } from '../domain/attempt.js';
import { type Billing, listPrice, type Price } from '../domain/cost.js';
import type { Usage } from '../domain/usage.js';

/** The pair that an agent prefers, with its prices: the baseline of savings. */
export interface Preference {
  /** `null`: no tool offers the model. */
  tool: string | null;
  model: string | null;
  billing: Billing;
  price: Price | null;
  /** The tool reports the sum of many requests, so the size of each is unknown. */
  manyRequests: boolean;
}

/** The charge of a run, and of the same tokens on the preferred pair, in micro-USD. */
export interface ComparedCost {
  actualMicroUsd: number;
  preferredMicroUsd: number;
}

/**
 * Compares a run with the preferred pair; `null` when a part is unknown. A failed attempt without reported tokens is left
 * out, since its use is unknown on both sides.
 */
export function comparedCost(
  attempts: readonly Pick<Attempt, 'tool' | 'model' | 'status' | 'usage' | 'cost'>[],
  preference: Preference | null,
): ComparedCost | null {
  if (preference === null) return null;
  const counted = attempts.filter(({ usage, status }) => usage !== null || status === 'succeeded');
  const sum: ComparedCost = { actualMicroUsd: 0, preferredMicroUsd: 0 };
  for (const { tool, model, usage, cost } of counted) {
    const actual = cost.billing === 'api' && cost.basis === 'unknown' ? null : cost.chargedMicroUsd;
    const isPreferred = tool === preference.tool && model === preference.model;
    const there = isPreferred ? actual : costThere(usage, preference);
    if (actual === null || there === null) return null;
    sum.actualMicroUsd += actual;
    sum.preferredMicroUsd += there;
  }
  return counted.length === 0 ? null : sum;
}

/** Uses the lower price when the size of each request is unknown, so that savings are not overstated. */
function costThere(usage: Usage | null, { billing, price, manyRequests }: Preference): number | null {
  if (billing !== 'api') return 0;
  if (usage === null || price === null) return null;
  return listPrice(usage, manyRequests ? { ...price, above: [] } : price);
}
