import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { addCosts, attemptCost, listPrice, type Price } from '../../src/domain/cost.js';
import { formatDuration, MAX_DURATION_MS, parseDuration } from '../../src/domain/duration.js';
import { lookup } from '../../src/domain/lookup.js';
import { parseSize } from '../../src/domain/size.js';
import { addUsage, NO_USAGE, totalTokens } from '../../src/domain/usage.js';

describe('durations', () => {
  it.each([
    ['90s', 90_000],
    ['10m', 600_000],
    ['1h30m', 5_400_000],
    ['500ms', 500],
    ['1.5s', 1500],
    ['1h1m1s1ms', 3_661_001],
  ])('reads %s', (text, ms) => expect(parseDuration(text)).toEqual({ ok: true, value: ms }));

  it.each(['', '5', 's', '1x', '-1s', '1s1h', ' 1s', '0s', '0.4ms', '600h'])('refuses %j', (text) => {
    expect(parseDuration(text).ok).toBe(false);
  });

  it('stays between a millisecond and the longest timer', () => {
    fc.assert(
      fc.property(fc.nat(2000), fc.nat(100), fc.nat(100), (h, m, s) => {
        const parsed = parseDuration(`${h}h${m}m${s}s`);
        const isInRange = !parsed.ok || (parsed.value >= 1 && parsed.value <= MAX_DURATION_MS);
        expect(isInRange).toBe(true);
      }),
    );
  });

  it.each([
    [340, '340 ms'],
    [2345, '2.3 s'],
    [59_990, '59.9 s'],
    [245_000, '4m 05s'],
    [5_400_000, '1h 30m'],
  ])('writes %i', (ms, text) => expect(formatDuration(ms)).toBe(text));
});

describe('sizes', () => {
  it('reads bytes with a binary unit and nothing else', () => {
    expect(parseSize('64MiB')).toEqual({ ok: true, value: 67_108_864 });
    expect(parseSize('64MB').ok).toBe(false);
  });
});

describe('usage', () => {
  it('keeps unreported counts unknown', () => {
    expect(
      addUsage([null, { ...NO_USAGE, inputTokens: 3 }, { ...NO_USAGE, inputTokens: 4, outputTokens: 1 }]),
    ).toEqual({
      ...NO_USAGE,
      inputTokens: 7,
      outputTokens: 1,
    });
    expect(addUsage([null, null])).toBeNull();
  });

  it('counts reasoning inside output', () => {
    expect(totalTokens({ ...NO_USAGE, inputTokens: 1200, outputTokens: 210, reasoningTokens: 100 })).toBe(
      1410,
    );
  });
});

describe('cost', () => {
  const price: Price = {
    input: 10,
    output: 30,
    cacheRead: null,
    cacheWrite: null,
    cacheWrite1h: null,
    above: [],
  };
  const usage = { ...NO_USAGE, inputTokens: 1500, outputTokens: 800 };

  it('is tokens times price: 1500 in and 800 out at 10 and 30 USD per million is 0.039 USD', () => {
    expect(listPrice(usage, price)).toBe(39_000);
  });

  it("prefers the tool's own figure", () => {
    expect(attemptCost({ reportedMicroUsd: 12_300, usage, price, billing: 'api' })).toEqual({
      chargedMicroUsd: 12_300,
      listMicroUsd: 12_300,
      basis: 'reported',
      billing: 'api',
    });
  });

  it('is unknown without a price, without usage, or with cached tokens of unknown price', () => {
    const unknown = { chargedMicroUsd: null, listMicroUsd: null, basis: 'unknown', billing: 'api' };
    expect(attemptCost({ reportedMicroUsd: null, usage, price: null, billing: 'api' })).toEqual(unknown);
    expect(attemptCost({ reportedMicroUsd: null, usage: null, price, billing: 'api' })).toEqual(unknown);
    expect(listPrice({ ...usage, cacheReadTokens: 5 }, price)).toBeNull();
    expect(listPrice({ ...NO_USAGE, outputTokens: 5 }, price)).toBeNull();
  });

  it('is zero on a subscription, and keeps the list price', () => {
    expect(attemptCost({ reportedMicroUsd: null, usage, price, billing: 'subscription' })).toMatchObject({
      chargedMicroUsd: 0,
      listMicroUsd: 39_000,
      basis: 'computed',
    });
  });

  it('uses the long-context price once the whole input exceeds its size, for cached tokens too', () => {
    const tiered = {
      ...price,
      cacheRead: 1,
      cacheWrite1h: 20,
      above: [{ inputTokens: 200_000, input: 20, output: 60 }],
    };
    expect(
      listPrice({ ...NO_USAGE, inputTokens: 100_000, cacheReadTokens: 150_000, outputTokens: 10 }, tiered),
    ).toBe(2_300_600);
    expect(
      listPrice({ ...NO_USAGE, inputTokens: 1, cacheWrite1hTokens: 200_000, outputTokens: 0 }, tiered),
    ).toBe(8_000_020);
    expect(listPrice({ ...NO_USAGE, inputTokens: 200_000, outputTokens: 10 }, tiered)).toBe(2_000_300);
  });

  it('of several attempts is the known sum, and marked unknown when a part is', () => {
    const known = attemptCost({ reportedMicroUsd: 5, usage, price, billing: 'api' });
    const unknown = attemptCost({ reportedMicroUsd: null, usage: null, price, billing: 'api' });
    expect(addCosts([known, unknown])).toEqual({
      chargedMicroUsd: 5,
      listMicroUsd: 5,
      basis: 'unknown',
      billing: 'api',
    });
    expect(addCosts([])).toBeNull();
  });
});

describe('lookup', () => {
  it('finds only own keys', () => {
    expect(lookup({ a: 1 }, 'a')).toBe(1);
    expect(lookup({ a: 1 }, 'constructor')).toBeNull();
    expect(lookup({ a: 1 }, null)).toBeNull();
  });
});
