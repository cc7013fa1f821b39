import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EXPIRY_MS } from '../../src/ledger/sqlite-ledger.js';
import { IS_SOAK } from '../soak.js';
import { asking, ended, good } from './attempts.js';
import { type Bench, ENGINES, onBenches } from './engines.js';
import { type Limits, Oracle } from './oracle.js';

const COUNTS = { soak: 10_000, quick: 12 };
const LIMITS: Limits = { all: { day: 1000, month: 1800 }, mine: { day: 600, month: 900 } };
const HOUR_MS = 3_600_000;

/** One step: of a run (by its number) or of the environment. Costs are percentages of the reservation. */
type Step =
  | { do: 'admit'; run: number; owner: number; amount: number; alone: boolean }
  | { do: 'begin' | 'release'; run: number }
  | { do: 'meter' | 'settle'; run: number; percent: number }
  | { do: 'crash'; owner: number }
  | { do: 'clock'; byMs: number };

const run = fc.nat(9);
const owner = fc.nat(3);
const percent = fc.nat(100);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('admit' as const),
      run,
      owner,
      amount: fc.nat(700),
      alone: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('begin' as const), run }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), run }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('meter' as const), run, percent }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const), run, percent }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), owner }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      byMs: fc.oneof(fc.constant(EXPIRY_MS), fc.integer({ min: -40 * HOUR_MS, max: 300 * HOUR_MS })),
    }),
  },
);

describe.each(ENGINES)('a ledger on $name, in any order of steps', (engine) => {
  const count = IS_SOAK ? COUNTS.soak : COUNTS.quick;
  it(
    `agrees with the oracle and holds every limit in ${count} schedules`,
    () =>
      onBenches(engine, count, async (bench, numRuns) => {
        let played = 0;
        const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), (steps) =>
          play(new Stage(bench, played++), steps),
        );
        await fc.assert(property, { numRuns });
      }),
    IS_SOAK ? 2_400_000 : 30_000,
  );
});

async function play(stage: Stage, steps: readonly Step[]): Promise<void> {
  try {
    for (const one of steps) if (await stage.play(one)) await stage.compare();
  } finally {
    await stage.settleDown();
  }
}

/** Plays every step on the ledger and on the oracle; scopes and runs of its own keep it apart from other stages. */
class Stage {
  readonly oracle = new Oracle(LIMITS, EXPIRY_MS);
  readonly #lives = [0, 0, 0, 0];
  readonly bench: Bench;
  readonly #number: number;

  constructor(bench: Bench, number: number) {
    this.bench = bench;
    this.#number = number;
  }

  /** Returns whether there was anything to do: not for a run that is unknown, or has ended. */
  async play(one: Step): Promise<boolean> {
    if (one.do === 'admit') return this.#admit(one);
    if (one.do !== 'clock' && one.do !== 'crash') return this.#act(one);
    if (one.do === 'clock') this.bench.nowMs += one.byMs;
    else this.#crash(one.owner);
    return true;
  }

  async compare(): Promise<void> {
    const ledger = await this.bench.as('reader');
    const { nowMs } = this.bench;
    const days = [...new Set([...this.oracle.runs.values()].map(({ day }) => day))];
    const periods = [...new Set(days.flatMap((day) => [day, day.slice(0, 7)]))];
    const queries = periods.flatMap((period) => Object.keys(LIMITS).map((scope) => ({ scope, period })));
    const sums = good(await ledger.spend(this.#own(queries))).map((spend) => [
      spend.settledMicroUsd,
      spend.reservedMicroUsd,
    ]);
    expect(sums).toEqual(queries.map(({ scope, period }) => this.oracle.sums(scope, period, nowMs)));
    for (const [index, { scope, period }] of queries.entries()) {
      const [settled = 0, reserved = 0] = sums[index] ?? [];
      const most = LIMITS[scope]?.[period.length === 7 ? 'month' : 'day'] ?? 0;
      expect(settled + reserved).toBeLessThanOrEqual(most);
    }
  }

  /** After all runs have ended no money is stuck: the next run finds no reservation but its own. */
  async settleDown(): Promise<void> {
    // libsql frees what it has read only when the event loop turns.
    await new Promise(setImmediate);
    this.bench.nowMs += 2 * EXPIRY_MS;
    for (const index of this.#lives.keys()) this.#crash(index);
    const ledger = await this.bench.as('last');
    const id = this.#id(0);
    good(await ledger.admit(asking(`${id} last`, 0, {})));
    const left = good(await ledger.reserved());
    good(await ledger.release(`${id} last:1`));
    expect(left).toEqual({ count: 1, microUsd: 0 });
  }

  #id(number: number): string {
    return `stage ${this.#number} run ${number}`;
  }

  #own<T extends { scope: string }>(queries: readonly T[]): T[] {
    return queries.map((query) => ({ ...query, scope: this.#scope(query.scope) }));
  }

  #scope(scope: string): string {
    return `stage ${this.#number} ${scope}`;
  }

  #name(index: number): string {
    return `stage ${this.#number} process ${index}.${this.#lives[index]}`;
  }

  #crash(index: number): void {
    this.bench.kill(this.#name(index));
    this.oracle.dead.add(this.#name(index));
    this.#lives[index] = (this.#lives[index] ?? 0) + 1;
  }

  async #admit({ run: number, owner: by, amount, alone }: Extract<Step, { do: 'admit' }>): Promise<boolean> {
    const id = this.#id(number);
    if (this.oracle.runs.has(id)) return false;
    const name = this.#name(by);
    const scopes = alone ? ['all'] : ['all', 'mine'];
    const day = new Date(this.bench.nowMs).toISOString().slice(0, 10);
    const byPeriod = scopes.flatMap((scope) => [
      { scope, period: day, most: LIMITS[scope]?.day ?? 0 },
      { scope, period: day.slice(0, 7), most: LIMITS[scope]?.month ?? 0 },
    ]);
    const ledger = await this.bench.as(name);
    const verdict = await ledger.admit({
      ...asking(id, amount, {}, this.bench.nowMs),
      scopes: scopes.map((scope) => this.#scope(scope)),
      queries: this.#own(byPeriod),
      decide: (spend) => {
        const full = spend.some(
          (one, index) => one.settledMicroUsd + one.reservedMicroUsd + amount > (byPeriod[index]?.most ?? 0),
        );
        return full ? { refusal: 'full' } : { reserveMicroUsd: amount };
      },
    });
    const allowed = this.oracle.admit(id, { owner: name, amount, scopes }, this.bench.nowMs);
    expect('reserveMicroUsd' in good(verdict)).toBe(allowed);
    return true;
  }

  /** Steps that only the live process of an admitted run can take. */
  async #act(one: Extract<Step, { run: number }>): Promise<boolean> {
    const id = this.#id(one.run);
    const known = this.oracle.runs.get(id);
    if (known === undefined || this.oracle.dead.has(known.owner)) return false;
    const ledger = await this.bench.as(known.owner);
    if (one.do === 'begin') {
      expect(good(await ledger.begin(`${id}:1`))).toBe(this.oracle.begin(id));
    } else if (one.do === 'release' && known.state === 'reserved') {
      good(await ledger.release(`${id}:1`));
      this.oracle.release(id);
    } else if (one.do === 'meter') {
      const seen = Math.floor((known.reserved * one.percent) / 100);
      good(await ledger.meter(`${id}:1`, seen));
      this.oracle.meter(id, seen, this.bench.nowMs);
    } else if (one.do === 'settle' && known.state !== 'reserved' && known.state !== 'gone') {
      const cost = Math.floor((known.reserved * one.percent) / 100);
      good(await ledger.settle(ended(id, cost, { scopes: known.scopes.map((scope) => this.#scope(scope)) })));
      this.oracle.settle(id, cost, this.bench.nowMs);
    } else return false;
    return true;
  }
}
