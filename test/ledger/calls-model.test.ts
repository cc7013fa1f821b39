import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Ledger } from '../../src/ledger/ledger.js';
import { EXPIRY_MS } from '../../src/ledger/sqlite-ledger.js';
import { IS_SOAK } from '../soak.js';
import { asking, ended, good } from './attempts.js';
import { type Bench, ENGINES, onBenches } from './engines.js';

const COUNTS = { soak: 10_000, quick: 12 };
const LIMIT = 1000;
const DAY = '2026-11-20';

/** One step of a run (by its number): its start, a call, the end of its oldest call, its own end; or a process dies, or time passes. */
type Step =
  | { do: 'start'; run: number; owner: number }
  | { do: 'call'; run: number; amount: number }
  | { do: 'settle'; run: number; percent: number }
  | { do: 'beat' | 'end'; run: number }
  | { do: 'crash'; owner: number }
  | { do: 'clock'; byMs: number };

const run = fc.nat(4);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('start' as const), run, owner: fc.nat(2) }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('call' as const), run, amount: fc.nat(400) }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('settle' as const), run, percent: fc.nat(100) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('beat' as const, 'end' as const), run }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), owner: fc.nat(2) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      byMs: fc.constantFrom(60_000, EXPIRY_MS - 1, EXPIRY_MS),
    }),
  },
);

/** A call stays open for longer than a reservation lives without a heartbeat, while its run makes others. */
const CALL_OUTLIVES: Step[] = [
  { do: 'start', run: 4, owner: 0 },
  { do: 'call', run: 4, amount: 1 },
  { do: 'clock', byMs: EXPIRY_MS - 1 },
  { do: 'call', run: 4, amount: 0 },
  { do: 'clock', byMs: 60_000 },
  { do: 'call', run: 4, amount: 0 },
  { do: 'settle', run: 4, percent: 0 },
];

/** A run in its simplest form. */
interface ModelRun {
  owner: string;
  /** What its finished calls cost. */
  spent: number;
  /** What each open call holds, oldest first. */
  open: { id: string; holds: number }[];
  calls: number;
  expiresMs: number;
  state: 'live' | 'taken' | 'ended';
  /** Counted when another process took it back. */
  counted: number;
}

/** Plays a schedule on the ledger and on the model, and compares the sums after each step. */
class Stage {
  readonly #runs = new Map<number, ModelRun>();
  readonly #lives = [0, 0, 0];
  readonly #bench: Bench;
  readonly #name: string;

  constructor(bench: Bench, number: number) {
    this.#bench = bench;
    this.#name = `stage ${number}`;
  }

  /** Returns whether there was anything to do: not for a run that is unknown, or has ended. */
  async play(one: Step): Promise<boolean> {
    if (one.do === 'start') return this.#start(one);
    if (one.do !== 'clock' && one.do !== 'crash') {
      const known = this.#runs.get(one.run);
      const isDead = known === undefined || known.state === 'ended' || this.#isCrashed(known.owner);
      if (isDead) return false;
      await this.#act(one, known, await this.#bench.as(known.owner));
    } else if (one.do === 'clock') this.#bench.nowMs += one.byMs;
    else this.#crash(one.owner);
    return true;
  }

  /** Settled and reserved together never pass the limit, and are what the model says. */
  async compare(): Promise<void> {
    const ledger = await this.#bench.as('reader');
    const [spend] = good(await ledger.spend([{ scope: this.#name, period: DAY }]));
    const sums = [spend?.settledMicroUsd ?? 0, spend?.reservedMicroUsd ?? 0];
    expect(sums).toEqual(this.#sums());
    expect((sums[0] ?? 0) + (sums[1] ?? 0)).toBeLessThanOrEqual(LIMIT);
  }

  async settleDown(): Promise<void> {
    for (const index of this.#lives.keys()) this.#crash(index);
    this.#takeBack();
    await this.compare();
  }

  #sums(): [settled: number, reserved: number] {
    const runs = [...this.#runs.values()].map((one) => this.#seen(one));
    const settled = runs.map((one) => (one.state === 'live' ? 0 : one.counted));
    const reserved = runs.map((one) => (one.state === 'live' ? heldBy(one) : 0));
    return [sum(settled), sum(reserved)];
  }

  /** As the next process sees a run: taken back where its process is dead, or gave no sign of life. */
  #seen(one: ModelRun): ModelRun {
    const isOver = this.#isCrashed(one.owner) || one.expiresMs <= this.#bench.nowMs;
    return one.state === 'live' && isOver ? { ...one, state: 'taken', counted: heldBy(one), open: [] } : one;
  }

  #takeBack(): void {
    for (const [id, one] of this.#runs) this.#runs.set(id, this.#seen(one));
  }

  #crash(index: number): void {
    this.#bench.kill(this.#ownerOf(index));
    this.#lives[index] = (this.#lives[index] ?? 0) + 1;
  }

  #ownerOf(index: number): string {
    return `${this.#name} process ${index}.${this.#lives[index]}`;
  }

  #isCrashed(owner: string): boolean {
    return !this.#lives.some((_, index) => this.#ownerOf(index) === owner);
  }

  #idOf(number: number): string {
    return `${this.#name} run ${number}`;
  }

  async #start({ run: number, owner: index }: Extract<Step, { do: 'start' }>): Promise<boolean> {
    if (this.#runs.has(number)) return false;
    const owner = this.#ownerOf(index);
    const ledger = await this.#bench.as(owner);
    this.#takeBack();
    good(await ledger.admit(asking(this.#idOf(number), 0, { [this.#name]: LIMIT })));
    good(await ledger.begin(`${this.#idOf(number)}:1`));
    const expiresMs = this.#bench.nowMs + EXPIRY_MS;
    this.#runs.set(number, { owner, spent: 0, open: [], calls: 0, expiresMs, state: 'live', counted: 0 });
    return true;
  }

  async #act(one: Extract<Step, { run: number }>, known: ModelRun, ledger: Ledger): Promise<void> {
    const attemptId = `${this.#idOf(one.run)}:1`;
    if (one.do === 'call') return this.#call(one, { attemptId, ledger });
    if (one.do === 'beat') {
      good(await ledger.meter(attemptId, known.spent));
      if (known.state === 'live') known.expiresMs = this.#bench.nowMs + EXPIRY_MS;
    } else if (one.do === 'settle') {
      const call = known.open.shift();
      if (call === undefined) return;
      const cost = Math.floor((call.holds * one.percent) / 100);
      good(await ledger.settleCall({ id: call.id, attemptId, microUsd: cost }));
      known.spent += cost;
    } else if (one.do === 'end') {
      const scopes = [this.#name];
      // What is still open when a run ends was settled to what it held.
      const counted = known.state === 'live' ? heldBy(known) : Math.max(known.counted, known.spent);
      good(await ledger.settle(ended(this.#idOf(one.run), counted, { scopes })));
      this.#runs.set(one.run, { ...known, state: 'ended', counted, open: [] });
    }
  }

  async #call(
    { run: number, amount }: Extract<Step, { do: 'call' }>,
    { attemptId, ledger }: { attemptId: string; ledger: Ledger },
  ): Promise<void> {
    this.#takeBack();
    const known = this.#runs.get(number);
    if (known === undefined) return;
    const id = `${attemptId}/${++known.calls}`;
    const [settled, reserved] = this.#sums();
    const verdict = good(
      await ledger.admit({ ...asking(this.#idOf(number), amount, { [this.#name]: LIMIT }), id, attemptId }),
    );
    expect('reserveMicroUsd' in verdict).toBe(settled + reserved + amount <= LIMIT);
    if ('refusal' in verdict) return;
    const isHeld = good(await ledger.begin(id));
    expect(isHeld).toBe(known.state === 'live');
    if (!isHeld) good(await ledger.release(id));
    else {
      known.open.push({ id, holds: amount });
      known.expiresMs = Math.max(known.expiresMs, this.#bench.nowMs + EXPIRY_MS);
    }
  }
}

function heldBy({ spent, open }: ModelRun): number {
  return spent + sum(open.map(({ holds }) => holds));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

describe.each(ENGINES)('calls in a ledger on $name, in any order of steps', (engine) => {
  const count = IS_SOAK ? COUNTS.soak : COUNTS.quick;
  it(
    `agree with a model, and hold the limit wherever a process dies, in ${count} schedules`,
    () =>
      onBenches(engine, count, async (bench, numRuns) => {
        const startMs = Date.parse(`${DAY}T00:00:01.000Z`);
        let played = 0;
        const property = fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
          bench.nowMs = startMs;
          const stage = new Stage(bench, played++);
          for (const one of steps) if (await stage.play(one)) await stage.compare();
          await stage.settleDown();
        });
        await fc.assert(property, { numRuns, examples: [[CALL_OUTLIVES]] });
      }),
    IS_SOAK ? 2_400_000 : 30_000,
  );
});
