import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decideSlot, type SlotRules, startsNeeded } from '../../src/policy/rate-limit.js';
import { IS_SOAK } from '../soak.js';
import { good } from './attempts.js';
import { type Bench, ENGINES, onBenches } from './engines.js';

const COUNTS = { soak: 10_000, quick: 12 };
const MINUTE_MS = 60_000;
/** A place in the queue is kept for at least this long without another look. */
const SURE_MS = 9000;

/** One step: of a run (by its number) or of the environment. */
type Step =
  | { do: 'look'; run: number; inside: number }
  | { do: 'begin' | 'leave'; run: number }
  | { do: 'crash'; owner: number }
  | { do: 'clock'; byMs: number };

/** Processes; run `n` is one of process `n % OWNERS`. */
const OWNERS = 4;

const run = fc.nat(9);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('look' as const),
      run,
      inside: fc.constantFrom(-1, -1, -1, 0, 1, 2),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('begin' as const), run }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('leave' as const), run }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), owner: fc.nat(OWNERS - 1) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('clock' as const),
      byMs: fc.oneof(
        { weight: 6, arbitrary: fc.nat(20_000) },
        { weight: 1, arbitrary: fc.integer({ min: -200_000, max: 0 }) },
      ),
    }),
  },
);
const limits = fc.record({
  concurrency: fc.integer({ min: 1, max: 3 }),
  most: fc.integer({ min: 1, max: 4 }),
});

describe.each(ENGINES)('slots on $name, in any order of steps', (engine) => {
  const count = IS_SOAK ? COUNTS.soak : COUNTS.quick;
  it(
    `hold every limit, are first come first served and let no request starve in ${count} schedules`,
    () =>
      onBenches(engine, count, async (bench, numRuns) => {
        let played = 0;
        const lives = Array<number>(OWNERS).fill(0);
        const property = fc.asyncProperty(
          limits,
          fc.array(step, { minLength: 10, maxLength: 60 }),
          async (given, steps) => {
            const stage = new Stage(bench, lives, { ...given, number: played++ });
            for (const one of steps) await stage.play(one);
            await stage.drain();
          },
        );
        await fc.assert(property, { numRuns });
      }),
    IS_SOAK ? 2_400_000 : 30_000,
  );
});

/** The true state of a run. */
interface Run {
  id: string;
  owner: string;
  state: 'waiting' | 'admitted' | 'running';
  isInside: boolean;
  /** Order of arrival; and, if it may have lost its place by not looking, the latest order at which it rejoined. */
  came: number;
  cameAgain: number;
  /** When it last looked, in total clock movement. */
  lookedMs: number;
}

/** Applies every step to the slots of its own tool, and tracks the true state. */
class Stage {
  readonly #bench: Bench;
  readonly #rules: SlotRules;
  readonly #runs = new Map<number, Run>();
  /** True times of starts; the wall clock may be set back meanwhile. */
  readonly #starts: number[] = [];
  #realMs = 0;
  #moved = 0;
  #came = 0;
  #runNumber = 0;
  readonly #lives: number[];

  constructor(
    bench: Bench,
    lives: number[],
    { number, concurrency, most }: { number: number; concurrency: number; most: number },
  ) {
    this.#bench = bench;
    this.#lives = lives;
    const windows: SlotRules['windows'] = [{ name: 'minute', ms: MINUTE_MS, most, at: null }];
    this.#rules = { tool: `stage ${number}`, concurrency, windows, queue: 100, at: null };
  }

  async play(one: Step): Promise<void> {
    if (one.do === 'clock') this.#clock(one.byMs);
    else if (one.do === 'look') await this.#look(one.run, one.inside);
    else if (one.do === 'crash') this.#crash(one.owner);
    else await this.#act(one.do, one.run);
  }

  /** When all slots are released, every queued request gets one in the end. */
  async drain(): Promise<void> {
    for (let round = 0; this.#runs.size > 0; round++) {
      expect(round).toBeLessThan(300);
      for (const [number, { state }] of [...this.#runs]) {
        if (state === 'waiting') await this.#look(number, -1);
        else await this.#act('leave', number);
      }
      this.#clock(5000);
    }
    const use = good(await (await this.#bench.as('reader')).slots.use(this.#rules.tool));
    expect(use.holders).toEqual([]);
  }

  #clock(byMs: number): void {
    this.#bench.nowMs += byMs;
    this.#realMs += Math.max(0, byMs);
    this.#moved += Math.abs(byMs);
  }

  async #look(number: number, inside: number): Promise<void> {
    const known = this.#runs.get(number);
    if (known !== undefined && known.state !== 'waiting') return;
    const holder = this.#runs.get(inside);
    const isInside = known?.isInside ?? (holder !== undefined && holder.state === 'running');
    const inherited = isInside && holder !== undefined ? [holder.id] : [];
    const one: Run = known ?? {
      id: `${this.#rules.tool} run ${number}.${this.#runNumber++}`,
      owner: this.#owner(number % OWNERS),
      state: 'waiting',
      isInside,
      came: ++this.#came,
      cameAgain: this.#came,
      lookedMs: this.#moved,
    };
    const isShared = inherited.length > 0;
    const ledger = await this.#as(one);
    const verdict = good(
      await ledger.slots.take({
        id: one.id,
        tool: this.#rules.tool,
        inherited,
        starts: startsNeeded(this.#rules),
        decide: (state, nowMs) =>
          decideSlot(this.#rules, state, { nowMs, mostWaitMs: Number.POSITIVE_INFINITY }),
      }),
    );
    if (verdict.is === 'admitted') this.#checkAdmitted(one, isShared);
    if (this.#moved - one.lookedMs > SURE_MS) one.cameAgain = ++this.#came;
    this.#runs.set(number, {
      ...one,
      isInside: isShared,
      lookedMs: this.#moved,
      state: verdict.is === 'admitted' ? 'admitted' : 'waiting',
    });
  }

  #checkAdmitted(one: Run, isShared: boolean): void {
    const others = [...this.#runs.values()].filter(({ id }) => id !== one.id);
    if (isShared) return;
    const holders = others.filter(({ state, isInside }) => state !== 'waiting' && !isInside);
    expect(holders.length).toBeLessThan(this.#rules.concurrency ?? 0);
    const isSure = ({ lookedMs }: Run) => this.#moved - lookedMs <= SURE_MS;
    const passedOver = others.filter(
      (other) => other.state === 'waiting' && other.cameAgain < one.came && isSure(other),
    );
    expect(passedOver).toEqual([]);
  }

  #crash(index: number): void {
    const owner = this.#owner(index);
    this.#bench.kill(owner);
    this.#lives[index] = (this.#lives[index] ?? 0) + 1;
    for (const [number, one] of this.#runs) if (one.owner === owner) this.#runs.delete(number);
  }

  async #act(what: 'begin' | 'leave', number: number): Promise<void> {
    const one = this.#runs.get(number);
    if (one === undefined) return;
    const { slots } = await this.#as(one);
    if (what === 'begin' && one.state === 'admitted') {
      expect(good(await slots.begin(one.id))).toBe(true);
      one.state = 'running';
      this.#starts.push(this.#realMs);
      const most = this.#rules.windows[0]?.most ?? 0;
      expect(this.#starts.filter((at) => at > this.#realMs - MINUTE_MS).length).toBeLessThanOrEqual(most);
    }
    if (what !== 'leave') return;
    good(await slots.leave(one.id));
    this.#runs.delete(number);
  }

  /** Makes a process visible to the liveness checks of others. */
  async #as({ owner }: Run) {
    this.#bench.seen.add(owner);
    return this.#bench.as(owner);
  }

  #owner(index: number): string {
    return `process ${index}.${this.#lives[index]}`;
  }
}
