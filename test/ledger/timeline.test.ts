import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { idTime } from '../../src/domain/id.js';
import type { Ledger } from '../../src/ledger/ledger.js';
import { good } from './attempts.js';
import { type Bench, ENGINES } from './engines.js';
import { attemptsOf, invocationOf } from './invocations.js';

const NOON = Date.UTC(2026, 10, 20, 12);
const MINUTE = 60_000;

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
    expect(good(await ledger.timeline({ sinceMs: NOON, stepMs: MINUTE }))).toEqual([
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
    expect(good(await ledger.timeline({ sinceMs: NOON, stepMs: MINUTE }))).toEqual([]);
    await add(ledger, { atMs: NOON, latencyMs: 5, failure: 'connection' });
    const [step] = good(await ledger.timeline({ sinceMs: NOON, stepMs: MINUTE }));
    expect(step).toMatchObject({ invocations: 1, p50Ms: null, p95Ms: null });
  });
});

let count = 0;

async function add(
  ledger: Ledger,
  run: { atMs: number; latencyMs: number; microUsd?: number | null; failure?: string },
): Promise<void> {
  const { atMs, latencyMs, microUsd = 0, failure = null } = run;
  const id = `${idTime(atMs)}${String(count++).padStart(16, '0')}`;
  const tries = [{ tool: 'bot', model: null, tokens: null, microUsd, failure }];
  const day = new Date(atMs).toISOString().slice(0, 10);
  const more = { agent: null, session: null, tags: {}, fallback: false, compared: null };
  const sample = { ...more, id, day, latencyMs, tries };
  for (const row of attemptsOf(sample)) good(await ledger.settle({ ...row, started_ms: atMs }));
  good(await ledger.record({ ...invocationOf(sample), started_ms: atMs }));
}
