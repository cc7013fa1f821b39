import { describe, expect, it } from '@jest/globals';
import { attemptCost, type CostInput, listPrice, type Price, priceAt } from '../../src/domain/cost.js';
import { dollars } from '../../src/domain/money.js';
import { NO_USAGE, type Usage } from '../../src/domain/usage.js';

/** Prices of one model of each provider, USD per million tokens; sources stand in templates/models.yaml. */
const HAIKU: Price = {
  input: 0.1,
  output: 0.5,
  cacheRead: 0.01,
  cacheWrite: 0.125,
  cacheWrite1h: 0.2,
  above: [{ inputTokens: 100_000, input: 0.5, output: 2.5 }],
};
const SOL: Price = {
  input: 2,
  output: 10,
  cacheRead: 0.1,
  cacheWrite: 2.5,
  cacheWrite1h: null,
  above: [{ inputTokens: 272_000, input: 4, output: 15 }],
};

const used = (usage: Partial<Usage>): Usage => ({ ...NO_USAGE, inputTokens: 0, outputTokens: 0, ...usage });

describe('the list price of a usage, in micro-USD', () => {
  it.each<[string, Price, Partial<Usage>, number | null]>([
    ['input and output', HAIKU, { inputTokens: 10_000, outputTokens: 2_000 }, 2_000],
    ['reads from a cache', HAIKU, { inputTokens: 1_000, cacheReadTokens: 50_000 }, 600],
    ['writes to a cache of five minutes', HAIKU, { cacheWriteTokens: 40_000 }, 5_000],
    ['writes to a cache of one hour, at a price of their own', HAIKU, { cacheWrite1hTokens: 40_000 }, 8_000],
    [
      'all kinds at once',
      HAIKU,
      {
        inputTokens: 10,
        cacheReadTokens: 20,
        cacheWriteTokens: 30,
        cacheWrite1hTokens: 40,
        outputTokens: 50,
      },
      38,
    ],
    ['reasoning, inside output and not twice', HAIKU, { outputTokens: 2_000, reasoningTokens: 1_500 }, 1_000],
    ['exactly at the size that changes the price', HAIKU, { inputTokens: 100_000 }, 10_000],
    ['one token above it', HAIKU, { inputTokens: 100_001 }, 50_001],
    [
      'above it by cached tokens, which pay five times as much too',
      HAIKU,
      { inputTokens: 1_000, cacheReadTokens: 100_000 },
      5_500,
    ],
    ['above it by what is written for an hour', HAIKU, { cacheWrite1hTokens: 200_000 }, 200_000],
    [
      'above it: twice for input and cache, 1.5 times for output',
      SOL,
      { inputTokens: 200_000, cacheReadTokens: 100_000, outputTokens: 1_000 },
      835_000,
    ],
    ['a kind of tokens without a price is unknown', SOL, { inputTokens: 10, cacheWrite1hTokens: 1 }, null],
    ['no such tokens need no price', SOL, { inputTokens: 10, cacheWrite1hTokens: 0 }, 20],
    ['without a count of output it is unknown', SOL, { inputTokens: 10, outputTokens: null }, null],
    ['without a count of input it is unknown', SOL, { inputTokens: null, outputTokens: 10 }, null],
  ])('%s', (_, price, usage, expected) => {
    expect(listPrice(used(usage), price)).toBe(expected);
  });

  it('treats free input as zero', () => {
    const price: Price = { ...HAIKU, input: 0, cacheRead: 0.01 };
    expect(priceAt(price, 200_000).cacheRead).toBe(0.01);
  });
});

describe('the source of a cost', () => {
  const usage = used({ inputTokens: 1000, outputTokens: 100 });
  const long = used({ inputTokens: 150_000 });
  const known: CostInput = { reportedMicroUsd: null, usage, price: HAIKU, billing: 'api' };
  it.each<[string, Partial<CostInput>, unknown]>([
    ['the catalogue', {}, { chargedMicroUsd: 150, listMicroUsd: 150, basis: 'computed' }],
    ['the tool, before the catalogue', { reportedMicroUsd: 7 }, { chargedMicroUsd: 7, basis: 'reported' }],
    [
      'the catalogue: a tool that knows no price reports 0',
      { reportedMicroUsd: 0 },
      { chargedMicroUsd: 150, basis: 'computed' },
    ],
    [
      'nowhere: the same without a price',
      { reportedMicroUsd: 0, price: null },
      { chargedMicroUsd: null, basis: 'unknown' },
    ],
    [
      'the tool, also for nothing where nothing was used',
      { reportedMicroUsd: 0, usage: null },
      { chargedMicroUsd: 0, basis: 'reported' },
    ],
    [
      'the catalogue: a negative report is none',
      { reportedMicroUsd: -7 },
      { chargedMicroUsd: 150, basis: 'computed' },
    ],
    [
      'the catalogue: an absurd report is none',
      { reportedMicroUsd: 1e13 },
      { chargedMicroUsd: 150, basis: 'computed' },
    ],
    [
      'nowhere: the price of another tier',
      { isPriceUnknown: true },
      { chargedMicroUsd: null, basis: 'unknown' },
    ],
    [
      'the tool, whatever the tier',
      { isPriceUnknown: true, reportedMicroUsd: 7 },
      { chargedMicroUsd: 7, basis: 'reported' },
    ],
    [
      'nowhere, but for a part: cached tokens have no price',
      { usage: { ...usage, cacheReadTokens: 9 }, price: { ...HAIKU, cacheRead: null } },
      { chargedMicroUsd: 150, listMicroUsd: 150, basis: 'unknown' },
    ],
    ['nowhere: no usage', { usage: null }, { chargedMicroUsd: null, listMicroUsd: null, basis: 'unknown' }],
    ['nowhere: no price', { price: null }, { chargedMicroUsd: null, basis: 'unknown' }],
    [
      'an estimate: it was ended before its time',
      { cutShort: true },
      { chargedMicroUsd: 150, basis: 'estimated' },
    ],
    [
      'an estimate: told by a tool that was ended',
      { cutShort: true, reportedMicroUsd: 9 },
      { chargedMicroUsd: 9, basis: 'estimated' },
    ],
    [
      'nowhere: ended before it told anything',
      { cutShort: true, usage: null },
      { chargedMicroUsd: null, basis: 'unknown' },
    ],
    ['the catalogue: one long request', { usage: long }, { chargedMicroUsd: 75_000, basis: 'computed' }],
    [
      'an estimate: many requests that are long together',
      { usage: long, manyRequests: true },
      { chargedMicroUsd: 75_000, basis: 'estimated' },
    ],
    ['the catalogue: many requests that are short together', { manyRequests: true }, { basis: 'computed' }],
    [
      'a subscription: nothing is charged, the list price is kept',
      { billing: 'subscription' },
      { chargedMicroUsd: 0, listMicroUsd: 150, basis: 'computed' },
    ],
    [
      'a subscription of an unknown model',
      { billing: 'subscription', price: null },
      { chargedMicroUsd: 0, listMicroUsd: null, basis: 'unknown' },
    ],
    [
      'not billed per token',
      { billing: 'free', usage: null, price: null },
      { chargedMicroUsd: 0, listMicroUsd: 0, basis: 'computed' },
    ],
  ])('%s', (_, more, expected) => {
    expect(attemptCost({ ...known, ...more })).toMatchObject(expected as object);
  });
});

describe('dollars', () => {
  it.each([
    [0, '$0.00'],
    [1, '$0.000001'],
    [900, '$0.0009'],
    [39_000, '$0.039'],
    [500_000, '$0.50'],
    [8_100_000, '$8.10'],
    [123_456, '$0.1235'],
    [10_000_000, '$10.00'],
  ])('%i micro-USD are %s', (microUsd, text) => expect(dollars(microUsd)).toBe(text));
});

it('is unknown where tokens times price is more than one run can cost', () => {
  const usage = used({ inputTokens: 1e12, outputTokens: 1e12 });
  const price = { ...SOL, input: 150, output: 600, above: [] };
  expect(attemptCost({ reportedMicroUsd: null, usage, price, billing: 'api' })).toMatchObject({
    listMicroUsd: null,
    chargedMicroUsd: null,
    basis: 'unknown',
  });
});
