import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toUsd } from '../../src/domain/cost.js';
import type { Ledger, UsageGroup, UsageKey } from '../../src/ledger/ledger.js';
import { type UsageLine, usageLine } from '../../src/reports/usage-line.js';
import { IS_SOAK } from '../soak.js';
import { asking, ended, good, spentIn } from './attempts.js';
import { type Bench, ENGINES } from './engines.js';
import { type InvocationSample, write } from './invocations.js';

const ALL = { since: '2026-01-01', until: '2026-12-31' };
const RUNS = IS_SOAK ? 300 : 4;

const tryOf = fc.record({
  tool: fc.constantFrom('codex', 'bot'),
  model: fc.constantFrom('big', 'small', null),
  tokens: fc.option(fc.record({ input: fc.nat(10_000), cached: fc.nat(10_000), output: fc.nat(5000) })),
  microUsd: fc.option(fc.nat(5_000_000)),
  failure: fc.option(fc.constantFrom('rate_limit', 'timeout')),
});
const sample: fc.Arbitrary<Omit<InvocationSample, 'id'>> = fc.record({
  day: fc.constantFrom('2026-02-27', '2026-02-28', '2026-03-01', '2026-03-02', '2026-03-08'),
  agent: fc.constantFrom('architect', 'scribe', null),
  session: fc.constantFrom('s1', null),
  tags: fc.constantFrom<Record<string, string>>({}, { team: 'core' }, { team: 'web', 'a"b.c': 'x' }),
  latencyMs: fc.nat(400_000),
  fallback: fc.boolean(),
  tries: fc.array(tryOf, { maxLength: 3 }),
  compared: fc.option(fc.record({ actual: fc.nat(1_000_000), preferred: fc.nat(1_000_000) })),
});

describe.each(ENGINES)('the usage in a ledger on $name', ({ make }) => {
  let bench: Bench;
  beforeEach(() => {
    bench = make();
  });
  afterEach(() => bench.dispose());

  it('adds up exactly, however it is grouped, and rows and sums by day say the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(sample, { maxLength: 25 }), async (list) => {
        const own = make();
        try {
          const ledger = await own.as('me');
          for (const [index, one] of list.entries()) await write(ledger, { ...one, id: `id ${index}` });
          const total = await line(ledger, []);
          expect(total).toMatchObject(expectedOf(list));
          for (const by of GROUPINGS) {
            const groups = await groupsOf(ledger, by);
            expect([by, addUp(groups)]).toEqual([by, addUp(await groupsOf(ledger, []))]);
          }
          // Keys that the sums by day know give the same groups as the rows, which a session needs.
          const bySession = await groupsOf(ledger, ['agent', 'model', 'session']);
          expect(merged(bySession, 2)).toEqual(merged(await groupsOf(ledger, ['agent', 'model']), 2));
          // Sessions have sums too, as long as their rows are there; a tag needs the rows.
          await expectSameSessions(ledger);
          good(await ledger.prune({ before: '2026-03-01', atMost: 3 }));
          await expectSameSessions(ledger);
        } finally {
          own.dispose();
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('assigns money and tokens to the pair that used them, and the invocation to the last pair', async () => {
    const ledger = await bench.as('me');
    const first = { tool: 'bot', model: 'big', tokens: null, microUsd: 700, failure: 'rate_limit' };
    const second = {
      tool: 'bot',
      model: 'small',
      tokens: { input: 5, cached: 0, output: 2 },
      microUsd: 30,
      failure: null,
    };
    await write(ledger, { ...PLAIN, id: 'A', tries: [first, second] });
    const groups = await groupsOf(ledger, ['model']);
    expect(groups.map((group) => [group.keys[0], usageLine(group)])).toEqual([
      ['big', expect.objectContaining({ invocations: 0, attempts: 1, cost_usd: 0.0007, total_tokens: 0 })],
      ['small', expect.objectContaining({ invocations: 1, attempts: 1, cost_usd: 0.00003, total_tokens: 7 })],
    ]);
  });

  it('has weeks from Monday, months, and tags of any name', async () => {
    const ledger = await bench.as('me');
    for (const [index, day] of ['2026-02-28', '2026-03-01', '2026-03-02'].entries())
      await write(ledger, { ...PLAIN, day, id: `${index}`, tags: { 'a"b.c': `t${index}` } });
    const keys = async (by: UsageKey) => (await groupsOf(ledger, [by])).map((group) => group.keys[0]).sort();
    expect(await keys('week')).toEqual(['2026-02-23', '2026-03-02']);
    expect(await keys('month')).toEqual(['2026-02', '2026-03']);
    expect(await keys('tag:a"b.c')).toEqual(['t0', 't1', 't2']);
    expect(await keys('tag:none')).toEqual([null]);
  });

  it('counts killed runs separately, with the spend of all their attempts', async () => {
    const ledger = await bench.as('other');
    good(await ledger.settle({ ...ended('A', 40), status: 'failed', failure: 'rate_limit' }));
    good(await ledger.admit({ ...asking('A', 600, { all: 1000 }), id: 'A:2', n: 2 }));
    good(await ledger.begin('A:2'));
    expect(good(await ledger.interrupted(ALL))).toEqual({ runs: 0, countedMicroUsd: 0 });
    bench.kill('other');
    const mine = await bench.as('me');
    good(await mine.admit(asking('B', 1, { all: 1000 })));
    expect(good(await mine.interrupted(ALL))).toEqual({ runs: 1, countedMicroUsd: 640 });
  });

  it('drops old rows and keeps their sums', async () => {
    const ledger = await bench.as('me');
    const days = ['2026-11-01', '2026-11-02', '2026-11-18'];
    for (const [index, day] of days.entries())
      await write(ledger, { ...PLAIN, day, session: 's', id: `${index}` });
    good(await ledger.settle({ ...ended('dead', 25), day: '2026-11-02', status: 'failed' }));
    const seen = async () => ({
      usage: await groupsOf(ledger, ['day', 'agent', 'tool', 'model']),
      interrupted: good(await ledger.interrupted(ALL)),
      spent: await spentIn(ledger, 'all', '2026-11'),
    });
    const before = await seen();
    expect(before.interrupted).toEqual({ runs: 1, countedMicroUsd: 25 });
    expect(good(await ledger.rowsSince())).toBeNull();
    expect(good(await ledger.prune({ before: '2026-11-18', atMost: 1 }))).toEqual({
      removed: 1,
      isDone: false,
    });
    expect(good(await ledger.prune({ before: '2026-11-18', atMost: 9 }))).toEqual({
      removed: 1,
      isDone: true,
    });
    expect(good(await ledger.prune({ before: '2026-11-18', atMost: 9 }))).toEqual({
      removed: 0,
      isDone: true,
    });
    expect(await seen()).toEqual(before);
    expect((await line(ledger, ['session'])).invocations).toBe(1);
    expect(good(await ledger.rowsSince())).toBe('2026-11-18');
  });

  it('is pruned once a day, and again when more was left', async () => {
    const ledger = await bench.as('me');
    for (const id of ['1', '2']) await write(ledger, { ...PLAIN, day: '2026-01-01', id });
    const limit = { before: '2026-02-01', atMost: 1 };
    const look = async () => good(await ledger.pruneOnceADay(limit));
    expect(await look()).toEqual({ removed: 1, isDone: false });
    expect(await look()).toEqual({ removed: 1, isDone: false });
    expect(await look()).toEqual({ removed: 0, isDone: true });
    expect(await look()).toBeNull();
    bench.nowMs += 24 * 3_600_000;
    expect(await look()).toEqual({ removed: 0, isDone: true });
  });
});

const PLAIN: Omit<InvocationSample, 'id'> = {
  day: '2026-11-20',
  agent: 'a',
  session: null,
  tags: {},
  latencyMs: 1234,
  fallback: false,
  tries: [
    { tool: 't', model: 'm', tokens: { input: 10, cached: 1, output: 5 }, microUsd: 77, failure: null },
  ],
  compared: { actual: 77, preferred: 100 },
};

const GROUPINGS: UsageKey[][] = [
  ['agent'],
  ['tool', 'model'],
  ['week', 'agent'],
  ['month'],
  ['session'],
  ['tag:team', 'day'],
  ['tag:a"b.c', 'session', 'model'],
];

async function groupsOf(ledger: Ledger, by: UsageKey[]): Promise<UsageGroup[]> {
  const [groups = []] = good(await ledger.usage(ALL, [by]));
  return groups;
}

async function line(ledger: Ledger, by: UsageKey[]): Promise<UsageLine> {
  return usageLine((await groupsOf(ledger, by))[0] ?? null);
}

function addUp(groups: readonly UsageGroup[]): {
  sums: Record<string, number>;
  types: object;
  latencies: object;
} {
  const [sums, types, latencies]: Record<string, number>[] = [{}, {}, {}];
  const add = (into: Record<string, number> | undefined, key: string | number, value: number) => {
    if (into !== undefined) into[key] = (into[key] ?? 0) + value;
  };
  for (const group of groups) {
    for (const [key, value] of Object.entries(group.sums)) add(sums, key, value);
    for (const [key, value] of Object.entries(group.failureTypes)) add(types, key, value);
    for (const { aboutMs, invocations } of group.latencies) add(latencies, aboutMs, invocations);
  }
  return { sums: sums ?? {}, types: types ?? {}, latencies: latencies ?? {} };
}

/** The groups by their first keys alone. */
async function expectSameSessions(ledger: Ledger): Promise<void> {
  for (const by of [['session'], ['session', 'model'], ['day', 'session']] as UsageKey[][]) {
    const fromRows = await groupsOf(ledger, [...by, 'tag:none']);
    expect(merged(await groupsOf(ledger, by), by.length)).toEqual(merged(fromRows, by.length));
  }
}

function merged(groups: readonly UsageGroup[], keys: number): object {
  const names = [...new Set(groups.map((group) => JSON.stringify(group.keys.slice(0, keys))))].sort();
  return names.map((name) => [
    name,
    addUp(groups.filter((group) => JSON.stringify(group.keys.slice(0, keys)) === name)),
  ]);
}

/** What the list adds up to, by another way than the database's. */
function expectedOf(list: readonly Omit<InvocationSample, 'id'>[]): Partial<UsageLine> {
  const tries = list.flatMap((one) => one.tries);
  const sum = <T>(items: readonly T[], of: (item: T) => number) =>
    items.reduce((all, one) => all + of(one), 0);
  const failed = list.filter(({ tries: own }) => own.at(-1)?.failure !== null);
  const compared = list.flatMap((one) => one.compared ?? []);
  const answered = list
    .filter((one) => !failed.includes(one))
    .map(({ latencyMs }) => Number(latencyMs.toPrecision(2)))
    .sort((a, b) => a - b);
  return {
    invocations: list.length,
    failures: failed.length,
    attempts: tries.length,
    cost_usd: toUsd(sum(tries, ({ microUsd }) => microUsd ?? 0)),
    total_tokens: sum(tries, ({ tokens }) =>
      tokens === null ? 0 : tokens.input + tokens.cached + tokens.output,
    ),
    without_price: list.filter((one) => one.tries.some(({ microUsd }) => microUsd === null)).length,
    saved_usd: compared.length === 0 ? null : toUsd(sum(compared, (one) => one.preferred - one.actual)),
    p50_ms: answered[Math.ceil(answered.length / 2) - 1] ?? null,
  };
}
