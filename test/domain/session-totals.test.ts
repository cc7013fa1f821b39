import { describe, expect, it } from '@jest/globals';
import type { CostBasis } from '../../src/domain/cost.js';
import { failure } from '../../src/domain/failure.js';
import { totalsAfter } from '../../src/domain/session-totals.js';
import { addUsage, NO_USAGE, type Usage } from '../../src/domain/usage.js';

const tokens = (input: number): Usage => ({ ...NO_USAGE, inputTokens: input });

interface Given {
  usage?: Usage | null;
  microUsd?: number | null;
  basis?: CostBasis;
  failed?: boolean;
  continues?: number | null;
}

function attempt(n: number, given: Given = {}) {
  const { usage = tokens(10), microUsd = 5, basis = 'reported', failed = false, continues = null } = given;
  const cost = { chargedMicroUsd: microUsd, listMicroUsd: microUsd, basis, billing: 'api' as const };
  return { n, continues, usage, cost, failure: failed ? failure('quota', 'no more') : null };
}

describe('the totals of a session', () => {
  it('are those before and what the attempt used', () => {
    const before = { usage: tokens(100), costMicroUsd: 50 };
    const after = totalsAfter(attempt(1), [attempt(1)], before);
    expect([after.usage?.inputTokens, after.costMicroUsd]).toEqual([110, 55]);
  });

  it('add every attempt that the last one continued, and no other', () => {
    const [first, other] = [attempt(1, { failed: true, usage: tokens(3), microUsd: 1 }), attempt(2)];
    const last = attempt(3, { continues: 1 });
    const after = totalsAfter(last, [first, other, last], null);
    expect([after.usage?.inputTokens, after.costMicroUsd]).toEqual([13, 6]);
  });

  it('are unknown where the tool told nothing, or the cost is known from elsewhere only', () => {
    const before = { usage: tokens(1), costMicroUsd: 1 };
    expect(totalsAfter(attempt(1, { usage: null }), [], before).usage).toBeNull();
    expect(totalsAfter(attempt(1, { basis: 'computed' }), [], before).costMicroUsd).toBeNull();
    expect(totalsAfter(attempt(1), [], { usage: null, costMicroUsd: null })).toEqual({
      usage: null,
      costMicroUsd: null,
    });
  });

  it('count nothing for a failed attempt that reported nothing', () => {
    const last = attempt(1, { failed: true, usage: null, microUsd: null, basis: 'unknown' });
    const before = { usage: tokens(7), costMicroUsd: 2 };
    const after = totalsAfter(last, [last], before);
    expect(after).toEqual({ usage: addUsage([tokens(7), null]), costMicroUsd: 2 });
  });
});
