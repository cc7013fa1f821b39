import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { good } from './attempts.js';
import { type Bench, ENGINES } from './engines.js';
import { addAt as add } from './invocations.js';

const NOON = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;
const HOUR = { sinceMs: NOON, stepMs: MINUTE, untilMs: NOON + 60 * MINUTE };

describe.each(ENGINES)('the timeline of a ledger on $name', ({ make }) => {
  let bench: Bench;
  beforeEach(() => {
    bench = make();
  });
  afterEach(() => bench.dispose());

  it('counts what was started in each step of time, with percentiles of the answered', async () => {
    const ledger = await bench.as('me');
    for (let n = 1; n <= 20; n++) await add(ledger, { atMs: NOON + n, latencyMs: n * 100, microUsd: 1000 });
    await add(ledger, { atMs: NOON + 500, latencyMs: 90_000, failure: 'rate_limit' });
    await add(ledger, { atMs: NOON + 600, latencyMs: 90_000, failure: 'timeout' });
    await add(ledger, { atMs: NOON + 3 * MINUTE, latencyMs: 40, microUsd: null });
    await add(ledger, { atMs: NOON - 1, latencyMs: 1 });
    await add(ledger, { atMs: NOON + 60 * MINUTE, latencyMs: 1 });
    expect(good(await ledger.timeline(HOUR))).toEqual([
      {
        atMs: NOON,
        invocations: 22,
        failureTypes: { rate_limit: 1, timeout: 1 },
        p50Ms: 1000,
        p95Ms: 1900,
        chargedMicroUsd: 20_000,
        withoutPrice: 0,
      },
      {
        atMs: NOON + 3 * MINUTE,
        invocations: 1,
        failureTypes: {},
        p50Ms: 40,
        p95Ms: 40,
        chargedMicroUsd: 0,
        withoutPrice: 1,
      },
    ]);
  });

  it('is empty where nothing was started, and has no latency where nothing was answered', async () => {
    const ledger = await bench.as('me');
    expect(good(await ledger.timeline(HOUR))).toEqual([]);
    await add(ledger, { atMs: NOON, latencyMs: 5, failure: 'connection' });
    const [step] = good(await ledger.timeline(HOUR));
    expect(step).toMatchObject({ invocations: 1, p50Ms: null, p95Ms: null });
  });
});
