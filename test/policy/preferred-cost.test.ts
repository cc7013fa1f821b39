import { describe, expect, it } from '@jest/globals';
import type { Billing, Cost, CostBasis } from '../../src/domain/cost.js';
import { NO_USAGE } from '../../src/domain/usage.js';
import { comparedCost, type Preference } from '../../src/policy/preferred-cost.js';

const price = {
  input: 10,
  output: 30,
  cacheRead: null,
  cacheWrite: null,
  cacheWrite1h: null,
  above: [{ inputTokens: 5000, input: 20, output: 60 }],
};
const preferred: Preference = { tool: 'bot', model: 'big', billing: 'api', price, manyRequests: false };
const usage = (inputTokens: number, outputTokens: number, cacheReadTokens: number | null = null) => ({
  ...NO_USAGE,
  inputTokens,
  outputTokens,
  cacheReadTokens,
});
const costing = (microUsd: number | null, billing: Billing = 'api'): Cost => ({
  chargedMicroUsd: microUsd,
  listMicroUsd: microUsd,
  basis: 'computed' as CostBasis,
  billing,
});
const small = {
  tool: 'bot',
  model: 'small',
  status: 'succeeded' as const,
  usage: usage(1000, 100),
  cost: costing(1300),
};

describe('the comparison with what the preferred pair would have cost', () => {
  it.each([
    ['the same tokens at its catalogue price', [small], preferred, [1300, 13_000]],
    [
      'no difference on the preferred pair itself, whatever cost its tool reports',
      [{ ...small, model: 'big', cost: costing(9999) }],
      preferred,
      [9999, 9999],
    ],
    [
      'all attempts but failed ones without usage',
      [{ ...small, status: 'failed' as const, usage: null, cost: costing(null) }, small, small],
      preferred,
      [2600, 26_000],
    ],
    ['nothing on a subscription', [small], { ...preferred, billing: 'subscription' as const }, [1300, 0]],
    [
      'all of it where a free tool did the work',
      [{ ...small, cost: costing(0, 'free') }],
      preferred,
      [0, 13_000],
    ],
    [
      'the higher price of a long request',
      [{ ...small, usage: usage(6000, 100) }],
      preferred,
      [1300, 126_000],
    ],
    [
      'the lower price where only the sum of many requests is known',
      [{ ...small, usage: usage(6000, 100) }],
      { ...preferred, manyRequests: true },
      [1300, 63_000],
    ],
  ])('is %s', (_, attempts, preference, [actualMicroUsd, preferredMicroUsd]) => {
    expect(comparedCost(attempts, preference)).toEqual({ actualMicroUsd, preferredMicroUsd });
  });

  it.each([
    ['the agent prefers nothing', [small], null],
    ['the preferred model has no price', [small], { ...preferred, price: null }],
    ['a kind of token has no price there', [{ ...small, usage: usage(1000, 100, 50) }], preferred],
    ['the tokens of the answer are unknown', [{ ...small, usage: null }], preferred],
    ['its cost is unknown', [{ ...small, cost: costing(null) }], preferred],
    ['nothing was tried', [], preferred],
    ['nothing was told', [{ ...small, status: 'failed' as const, usage: null }], preferred],
  ])('is unknown where %s', (_, attempts, preference) => {
    expect(comparedCost(attempts, preference)).toBeNull();
  });
});
