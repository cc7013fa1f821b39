import { describe, expect, it } from '@jest/globals';
import { costShare, usageShare } from '../../../src/adapters/command/session-share.js';
import { NO_USAGE, type Usage } from '../../../src/domain/usage.js';

const usage = (inputTokens: number | null, outputTokens: number | null): Usage => ({
  ...NO_USAGE,
  inputTokens,
  outputTokens,
});

describe('the share of one run', () => {
  it('is everything reported when nothing was resumed', () => {
    expect(usageShare(usage(24, 156), null)).toEqual(usage(24, 156));
    expect(costShare(300, null)).toBe(300);
  });

  it('is the difference to the earlier totals of the session', () => {
    const before = { usage: usage(12, 78), costMicroUsd: 100 };
    expect(usageShare(usage(24, 156), before)).toEqual(usage(12, 78));
    expect(costShare(300, before)).toBe(200);
  });

  it('is unknown when the earlier totals are', () => {
    expect(usageShare(usage(24, 156), { usage: usage(12, null), costMicroUsd: null })).toEqual(
      usage(12, null),
    );
    expect(usageShare(usage(24, 156), { usage: null, costMicroUsd: null })).toBeNull();
    expect(usageShare(null, { usage: usage(12, 78), costMicroUsd: 1 })).toBeNull();
    expect(costShare(300, { usage: null, costMicroUsd: null })).toBeNull();
    expect(costShare(null, { usage: null, costMicroUsd: 100 })).toBeNull();
  });

  it('is everything reported when the tool restarted its counters', () => {
    expect(usageShare(usage(24, 7), { usage: usage(12, 78), costMicroUsd: 100 })).toEqual(usage(24, 7));
    expect(costShare(30, { usage: usage(12, 78), costMicroUsd: 100 })).toBe(30);
  });
});
