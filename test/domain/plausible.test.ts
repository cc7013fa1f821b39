import { describe, expect, it } from '@jest/globals';
import {
  plausibleCount,
  plausibleMicroUsd,
  plausibleName,
  plausibleUsage,
} from '../../src/domain/plausible.js';
import { NO_USAGE, type Usage } from '../../src/domain/usage.js';

describe('a reported number', () => {
  it.each([
    [0, 0],
    [7, 7],
    [1e12, 1e12],
    [1e12 + 1, null],
    [1e300, null],
    [-1, null],
    [2.5, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    [null, null],
  ])('%p is the count %p', (reported, count) => {
    expect(plausibleCount(reported)).toBe(count);
  });

  it.each([
    [0.4, 0],
    [1234.5, 1235],
    [-5, null],
    [1e13, null],
    [Number.NaN, null],
  ])('%p is the cost %p', (reported, cost) => {
    expect(plausibleMicroUsd(reported)).toBe(cost);
  });
});

it('a name or id is at most 1024 characters long', () => {
  expect([null, '', 'm-1', 'x'.repeat(1024), 'x'.repeat(1025)].map(plausibleName)).toEqual([
    null,
    '',
    'm-1',
    'x'.repeat(1024),
    null,
  ]);
});

describe('a reported usage', () => {
  it.each<[string, Partial<Usage>, boolean, Partial<Usage> | null]>([
    ['of zeros beside a text is none', { inputTokens: 0, outputTokens: 0 }, true, null],
    [
      'of zeros without a text is one',
      { inputTokens: 0, outputTokens: 0 },
      false,
      { inputTokens: 0, outputTokens: 0 },
    ],
    ['without input beside a text', { inputTokens: 0, outputTokens: 20 }, true, { outputTokens: 20 }],
    ['without output beside a text', { inputTokens: 9, outputTokens: 0 }, true, { inputTokens: 9 }],
    [
      'whose whole input was cached',
      { inputTokens: 0, cacheReadTokens: 9, outputTokens: 1 },
      true,
      { inputTokens: 0, cacheReadTokens: 9, outputTokens: 1 },
    ],
    [
      'with more reasoning than output',
      { inputTokens: 9, outputTokens: 3, reasoningTokens: 90 },
      true,
      { inputTokens: 9, outputTokens: 93, reasoningTokens: 90 },
    ],
    ['with a number that is no count', { inputTokens: -9, outputTokens: 3 }, true, { outputTokens: 3 }],
    ['of nothing but such numbers', { inputTokens: 1e300, outputTokens: Number.NaN }, true, null],
  ])('%s', (_, reported, hasText, expected) => {
    const usage = plausibleUsage({ ...NO_USAGE, ...reported }, { hasText });
    expect(usage).toEqual(expected === null ? null : { ...NO_USAGE, ...expected });
  });
});
