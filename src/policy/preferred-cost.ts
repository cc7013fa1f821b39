import type { Attempt } from '../domain/attempt.js';
import { type Billing, listPrice, type Price } from '../domain/cost.js';
import type { Usage } from '../domain/usage.js';

/** The pair that an agent prefers, with what it charges: what routing is compared with. */
export interface Preference {
  /** `null`: nothing offers the model. */
  tool: string | null;
  model: string | null;
  billing: Billing;
  price: Price | null;
  /** The tool tells the sum of many requests, so that nobody knows how large each was. */
  manyRequests: boolean;
}

/** What a run cost and what the same tokens would have cost on the preferred pair, both as charged, in micro-USD. */
export interface ComparedCost {
  actualMicroUsd: number;
  preferredMicroUsd: number;
}

/**
 * Compares a run with the preferred pair; `null` where a part is unknown. An attempt that failed and told no tokens would have told none
 * there either and is left out.
 */
export function comparedCost(
  attempts: readonly Pick<Attempt, 'tool' | 'model' | 'status' | 'usage' | 'cost'>[],
  preference: Preference | null,
): ComparedCost | null {
  if (preference === null) return null;
  const told = attempts.filter(({ usage, status }) => usage !== null || status === 'succeeded');
  const sum: ComparedCost = { actualMicroUsd: 0, preferredMicroUsd: 0 };
  for (const { tool, model, usage, cost } of told) {
    const actual = cost.billing === 'api' && cost.basis === 'unknown' ? null : cost.chargedMicroUsd;
    const isPreferred = tool === preference.tool && model === preference.model;
    const there = isPreferred ? actual : costThere(usage, preference);
    if (actual === null || there === null) return null;
    sum.actualMicroUsd += actual;
    sum.preferredMicroUsd += there;
  }
  return told.length === 0 ? null : sum;
}

/** Where the size of each request is unknown the lower price is taken: a saving must not be made up. */
function costThere(usage: Usage | null, { billing, price, manyRequests }: Preference): number | null {
  if (billing !== 'api') return 0;
  if (usage === null || price === null) return null;
  return listPrice(usage, manyRequests ? { ...price, above: [] } : price);
}
