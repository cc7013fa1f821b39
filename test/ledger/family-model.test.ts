import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SpendLimit } from '../../src/domain/facts.js';
import { EXPIRY_MS } from '../../src/ledger/sqlite-ledger.js';
import { checkBudget } from '../../src/policy/budget.js';
import { limitsOfRun, windowsOf } from '../../src/policy/spend-limits.js';
import { IS_SOAK } from '../soak.js';
import { asking, ended, good } from './attempts.js';
import { type Bench, ENGINES, onBenches } from './engines.js';

/** A tool with what it starts, which draw from its reservation; and a race, whose candidates share a cap of which nothing is reserved. */
const KINDS = [
  { kind: 'family' as const, counts: { soak: 4000, quick: 10 } },
  { kind: 'race' as const, counts: { soak: 10_000, quick: 10 } },
];
const BENCHES = ENGINES.flatMap((engine) => KINDS.map((of) => ({ ...engine, ...of })));
/** A schedule of a race takes ten times as long over a connection as in a file. */
const MOST_RACES_OVER_CONNECTIONS = 1000;

/** The budget has room for the owner and a little more; the cap of the family is what the owner reserves. */
const [LIMIT, CAP, MINE] = [1200, 1000, 700];

/** One step of a run: 0 is the owner of the cap, 1 to 4 are the candidates where it is a race, 9 is a stranger with the same budget, all others are nested in one of 0 to 4. */
type Step =
  | { do: 'admit'; run: number; caller: number; owner: number; amount: number }
  | { do: 'begin' | 'release'; run: number }
  | { do: 'meter' | 'settle'; run: number; percent: number }
  | { do: 'crash'; owner: number }
  | { do: 'clock'; byMs: number };

const run = fc.nat(9);
const percent = fc.nat(100);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('admit' as const),
      run,
      caller: fc.nat(4),
      owner: fc.nat(3),
      amount: fc.integer({ min: 1, max: 500 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('begin' as const), run }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('release' as const), run }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('meter' as const), run, percent }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('settle' as const), run, percent }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), owner: fc.nat(3) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      byMs: fc.constantFrom(EXPIRY_MS, 14 * 3_600_000),
    }),
  },
);

/** What was once found: a caller that holds too little, and an owner that is killed. */
const FOUND: [Step[]][] = [
  [
    [
      { do: 'begin', run: 0 },
      { do: 'admit', run: 3, caller: 0, owner: 0, amount: 1 },
      { do: 'admit', run: 1, caller: 3, owner: 1, amount: 2 },
      { do: 'crash', owner: 0 },
    ],
  ],
];

describe.each(BENCHES)('a $kind of runs in a ledger on $name, in any order of steps', (engine) => {
  const { kind, counts, lanes } = engine;
  const most = kind === 'race' && lanes > 1 ? MOST_RACES_OVER_CONNECTIONS : counts.soak;
  const count = IS_SOAK ? most : counts.quick;
  it(
    `holds its cap and every budget in ${count} schedules, and no money is stuck`,
    () =>
      onBenches(engine, count, async (bench, numRuns) => {
        let played = 0;
        const property = fc.asyncProperty(fc.array(step, { minLength: 8, maxLength: 50 }), async (steps) => {
          const stage = new Stage(bench, played++, kind);
          try {
            await stage.play({ do: 'admit', run: 0, caller: 0, owner: 0, amount: CAP });
            for (const one of steps) if (await stage.play(one)) await stage.check();
          } finally {
            await stage.settleDown();
          }
        });
        await fc.assert(property, { numRuns, examples: FOUND });
      }),
    IS_SOAK ? 2_400_000 : 30_000,
  );
});

interface Known {
  owner: string;
  state: 'reserved' | 'begun' | 'over';
  seen: number;
}

/** A family of its own in the ledger, which costs at most what it holds. */
class Stage {
  readonly bench: Bench;
  readonly #prefix: string;
  readonly #runs = new Map<string, Known>();
  readonly #dead = new Set<string>();
  readonly #lives = [0, 0, 0, 0];

  constructor(
    bench: Bench,
    number: number,
    readonly kind: 'family' | 'race',
  ) {
    this.bench = bench;
    this.#prefix = `${kind} ${number}`;
  }

  /** Returns whether there was anything to do: not for a run that is unknown, or has ended. */
  async play(one: Step): Promise<boolean> {
    if (one.do === 'admit') return this.#admit(one);
    if (one.do !== 'clock' && one.do !== 'crash') return this.#act(one);
    if (one.do === 'clock') this.bench.nowMs += one.byMs;
    else this.#crash(one.owner);
    return true;
  }

  /** No sum is ever over its limit. */
  async check(): Promise<void> {
    const ledger = await this.bench.as('reader');
    const limits = [...this.#limits(), ...familyLimit(this.#id(0))];
    for (const window of windowsOf(limits, good(await ledger.spend(limits))))
      expect(window.settledMicroUsd + window.reservedMicroUsd).toBeLessThanOrEqual(window.limitMicroUsd);
  }

  async settleDown(): Promise<void> {
    // libsql frees what it has read only when the event loop turns.
    await new Promise(setImmediate);
    this.bench.nowMs += 2 * EXPIRY_MS;
    for (const index of this.#lives.keys()) this.#crash(index);
    const ledger = await this.bench.as('last');
    good(await ledger.admit(asking(`${this.#prefix} last`, 0, {})));
    const left = good(await ledger.reserved());
    good(await ledger.release(`${this.#prefix} last:1`));
    expect(left).toEqual({ count: 1, microUsd: 0 });
  }

  #id(number: number): string {
    return `${this.#prefix} run ${number}`;
  }

  #scope(name: string): string {
    return `${this.#prefix} ${name}`;
  }

  /** Budgets of all runs of the stage, and of those with an odd number. */
  #limits(): SpendLimit[] {
    const period = new Date(this.bench.nowMs).toISOString().slice(0, 10);
    const hard = {
      window: 'daily' as const,
      key: '',
      of: '',
      endsAtMs: 0,
      isHard: true,
      thresholdPercent: 80,
      at: null,
    };
    return [
      { ...hard, scope: this.#scope('all'), period, limitMicroUsd: LIMIT },
      { ...hard, scope: this.#scope('odd'), period, limitMicroUsd: MINE },
    ];
  }

  #crash(index: number): void {
    const name = this.#name(index);
    this.bench.kill(name);
    this.#dead.add(name);
    this.#lives[index] = (this.#lives[index] ?? 0) + 1;
  }

  #name(index: number): string {
    return `${this.#prefix} process ${index}.${this.#lives[index]}`;
  }

  async #admit({ run: number, caller, owner, amount }: Extract<Step, { do: 'admit' }>): Promise<boolean> {
    const id = this.#id(number);
    // A race itself reserves nothing.
    if (this.#runs.has(id) || (this.kind === 'race' && number === 0)) return false;
    const isNested = number !== 0 && number !== 9;
    const ownerId = this.#id(0);
    // The candidates of a race draw from nothing, and what they start from them.
    const sourceId = this.kind === 'race' && number < 5 ? null : `${this.#id(caller)}:1`;
    const scopes = number % 2 === 1 ? ['all', 'odd'] : ['all'];
    const limits = this.#limits().filter(({ scope }) => scopes.some((name) => scope === this.#scope(name)));
    const queries = [...limits, ...(isNested ? familyLimit(ownerId) : [])];
    const cost = {
      billing: 'api' as const,
      worstMicroUsd: amount,
      inputMicroUsd: 0,
      missing: null,
      model: 'm',
      isHeldPerCall: false,
    };
    const ledger = await this.bench.as(this.#name(owner));
    const verdict = good(
      await ledger.admit({
        ...asking(id, amount, {}, this.bench.nowMs),
        scopes: scopes.map((name) => this.#scope(name)),
        queries,
        family: isNested ? { ownerId, sourceId } : null,
        decide: (spend) => {
          const checked = checkBudget(windowsOf(queries, spend), cost, { forced: false, nested: isNested });
          return 'refusal' in checked ? { refusal: 'full' } : checked;
        },
      }),
    );
    if ('reserveMicroUsd' in verdict)
      this.#runs.set(id, { owner: this.#name(owner), state: 'reserved', seen: 0 });
    return true;
  }

  /** Steps that only the live process of a run can take. A run that has lost its reservation does not go on. */
  async #act(
    one: Extract<Step, { run: number; do: 'begin' | 'release' | 'meter' | 'settle' }>,
  ): Promise<boolean> {
    const id = this.#id(one.run);
    const known = this.#runs.get(id);
    if (known === undefined || known.state === 'over' || this.#dead.has(known.owner)) return false;
    const ledger = await this.bench.as(known.owner);
    if (one.do === 'begin') known.state = good(await ledger.begin(`${id}:1`)) ? 'begun' : 'over';
    else if (one.do === 'release' && known.state === 'reserved') {
      known.state = 'over';
      good(await ledger.release(`${id}:1`));
    } else if (known.state === 'begun' && (one.do === 'meter' || one.do === 'settle')) {
      const held = good(await ledger.meter(`${id}:1`, known.seen));
      if (held === null) return true;
      known.seen = Math.max(known.seen, Math.floor((held * one.percent) / 100));
      if (one.do === 'meter') good(await ledger.meter(`${id}:1`, known.seen));
      else {
        known.state = 'over';
        good(await ledger.settle(ended(id, known.seen, { scopes: [] })));
      }
    } else return false;
    return true;
  }
}

function familyLimit(ownerId: string): SpendLimit[] {
  const family = { ownerId, capMicroUsd: CAP, sourceId: null };
  return limitsOfRun(
    {
      subject: { project: '', policy: '', agent: null },
      budgets: [],
      capMicroUsd: null,
      isCapAsked: false,
      family,
      failOpen: null,
    },
    0,
  );
}

describe.each(ENGINES)('a nested run in a ledger on $name', ({ make }) => {
  const withBench = (body: (bench: Bench) => Promise<void>) => async () => {
    const bench = make();
    try {
      await body(bench);
    } finally {
      bench.dispose();
    }
  };
  const share = { ownerId: 'O', sourceId: 'O:1' };

  it(
    'takes over a part of the reservation of its caller, where nothing is left beside it',
    withBench(async (bench) => {
      const ledger = await bench.as('me');
      const limits = { all: 1000 };
      good(await ledger.admit(asking('O', 1000, limits)));
      const nested = { ...asking('A', 400, limits), family: share, decide: () => ({ reserveMicroUsd: 400 }) };
      good(await ledger.admit(nested));
      expect(good(await ledger.spend([{ scope: 'all', period: '2026-11-20' }], share))).toEqual([
        { settledMicroUsd: 0, reservedMicroUsd: 1000, drawableMicroUsd: 600 },
      ]);
      good(await ledger.begin('A:1'));
      expect(good(await ledger.meter('O:1', 100))).toBe(600);
      good(await ledger.settle(ended('A', 150, { scopes: ['all'] })));
      expect(good(await ledger.meter('O:1', 100))).toBe(850);
      expect(good(await ledger.nestedIn('O'))).toEqual({ runs: 1, refused: 0, countedMicroUsd: 150 });
    }),
  );

  it(
    'takes over nothing that its caller has spent, and nothing on another day than that of its caller',
    withBench(async (bench) => {
      const ledger = await bench.as('me');
      const limits = { all: 1000 };
      const drawable = async (period: string) =>
        good(await ledger.spend([{ scope: 'all', period }], share)).map((spend) => spend.drawableMicroUsd);
      good(await ledger.admit(asking('O', 1000, limits)));
      good(await ledger.meter('O:1', 700));
      expect(await drawable('2026-11-20')).toEqual([300]);
      bench.nowMs += 24 * 3_600_000;
      expect(await drawable('2026-11')).toEqual([0]);
      good(await ledger.meter('O:1', 700));
      const nested = {
        ...asking('A', 200, limits, bench.nowMs),
        family: share,
        decide: () => ({ reserveMicroUsd: 200 }),
      };
      good(await ledger.admit(nested));
      expect(good(await ledger.spend([{ scope: 'all', period: '2026-11' }]))).toEqual([
        { settledMicroUsd: 0, reservedMicroUsd: 1200, drawableMicroUsd: 0 },
      ]);
    }),
  );

  it(
    'that is killed counts all of its reservation, and nothing if its tool had not started',
    withBench(async (bench) => {
      const [ledger, doomed] = [await bench.as('me'), await bench.as('doomed')];
      good(await ledger.admit(asking('O', 1000, { all: 1000 })));
      for (const id of ['A', 'B'])
        good(
          await doomed.admit({
            ...asking(id, 200, { all: 1000 }),
            family: share,
            decide: () => ({ reserveMicroUsd: 200 }),
          }),
        );
      good(await doomed.begin('A:1'));
      bench.kill('doomed');
      expect(good(await ledger.nestedIn('O'))).toEqual({ runs: 2, refused: 0, countedMicroUsd: 200 });
      good(await ledger.admit(asking('last', 0, {})));
      expect(good(await ledger.meter('O:1', 0))).toBe(800);
    }),
  );

  it(
    'joins its caller, until that has made as many as it may',
    withBench(async (bench) => {
      const ledger = await bench.as('me');
      const join = (id: string) => ledger.join({ id, parentId: 'P', familyId: null, mostInAll: 2 });
      const joined = [];
      for (const id of ['A', 'B', 'A', 'C', 'C']) joined.push(good(await join(id)));
      expect(joined).toEqual([true, true, true, false, false]);
      expect(good(await ledger.childrenOf('P'))).toBe(2);
      expect(good(await ledger.nestedIn('P'))).toEqual({ runs: 3, refused: 1, countedMicroUsd: 0 });
    }),
  );
});
