import { describe, expect, it } from '@jest/globals';
import { Starts } from '../../../src/adapters/http/starts.js';

/** Enters so many requests; returns what calls their `done`, in the order in which they began. */
function entered(starts: Starts, count: number): (() => void)[] {
  const begun: (() => void)[] = [];
  for (let n = 0; n < count; n++) starts.enter((done) => void begun.push(done));
  return begun;
}

describe('requests that need a connection', () => {
  it('begin as others have theirs, each done once', () => {
    const begun = entered(new Starts(64), 200);
    expect(begun).toHaveLength(64);
    begun[0]?.();
    begun[0]?.();
    begun[1]?.();
    expect(begun).toHaveLength(66);
    while (begun.length < 200) begun.at(-1)?.();
    expect(begun).toHaveLength(200);
  });

  it('let others pass when they need none any more, however many those are', () => {
    const starts = new Starts(64);
    const begun = entered(starts, 64);
    let passed = 0;
    for (let n = 0; n < 10_000; n++)
      starts.enter((done) => {
        passed++;
        done();
      });
    const [last] = [entered(starts, 1)];
    expect([passed, last.length]).toEqual([0, 0]);
    begun[0]?.();
    expect([passed, last.length]).toEqual([10_000, 1]);
  });
});
