/** A ledger in its simplest form, to compare with: a list of runs, and sums over it. */
export interface OracleRun {
  owner: string;
  day: string;
  scopes: readonly string[];
  reserved: number;
  seen: number;
  expiresMs: number;
  /** `taken`: released by another process; its own process may still settle it. */
  state: 'reserved' | 'begun' | 'taken' | 'settled' | 'gone';
  counted: number;
}

/** Limits by scope, for a day and for a month. */
export type Limits = Readonly<Record<string, { day: number; month: number }>>;

export class Oracle {
  readonly runs = new Map<string, OracleRun>();
  readonly dead = new Set<string>();
  readonly #limits: Limits;
  readonly #expiryMs: number;

  constructor(limits: Limits, expiryMs: number) {
    this.#limits = limits;
    this.#expiryMs = expiryMs;
  }

  admit(
    id: string,
    ask: { owner: string; amount: number; scopes: readonly string[] },
    nowMs: number,
  ): boolean {
    this.#takeBack(nowMs);
    const day = new Date(nowMs).toISOString().slice(0, 10);
    const fits = ask.scopes.every((scope) => {
      const limit = this.#limits[scope];
      if (limit === undefined) return true;
      const left = (period: string, most: number) => {
        const [settled, reserved] = this.sums(scope, period, nowMs);
        return settled + reserved + ask.amount <= most;
      };
      return left(day, limit.day) && left(day.slice(0, 7), limit.month);
    });
    if (!fits) return false;
    if (this.#held(id) !== null) return true;
    const { owner, scopes, amount } = ask;
    const expiresMs = nowMs + this.#expiryMs;
    this.runs.set(id, {
      owner,
      day,
      scopes,
      reserved: amount,
      seen: 0,
      expiresMs,
      state: 'reserved',
      counted: 0,
    });
    return true;
  }

  begin(id: string): boolean {
    const run = this.#held(id);
    if (run !== null) run.state = 'begun';
    return run !== null;
  }

  meter(id: string, seen: number, nowMs: number): void {
    const run = this.#held(id);
    if (run === null) return;
    run.seen = Math.max(run.seen, seen);
    run.expiresMs = nowMs + this.#expiryMs;
  }

  release(id: string): void {
    const run = this.#held(id);
    if (run !== null) run.state = 'gone';
  }

  settle(id: string, cost: number, nowMs: number): void {
    const run = this.runs.get(id);
    if (run === undefined || run.state === 'settled') return;
    // Released before its tool started, so it is unknown now and counts where it settles.
    if (run.state === 'gone') run.day = new Date(nowMs).toISOString().slice(0, 10);
    run.state = 'settled';
    run.counted = cost;
  }

  /** The sums that a reader sees, without the reservations of dead processes. */
  sums(scope: string, period: string, nowMs: number): [settled: number, reserved: number] {
    const runs = [...this.runs.values()].map((run) => this.#takenBack(run, nowMs));
    const inside = runs.filter((run) => run.scopes.includes(scope) && run.day.startsWith(period));
    const live = inside.filter(({ state }) => state === 'reserved' || state === 'begun');
    const over = inside.filter(({ state }) => state === 'settled' || state === 'taken');
    return [sum(over.map(({ counted }) => counted)), sum(live.map(({ reserved }) => reserved))];
  }

  #held(id: string): OracleRun | null {
    const run = this.runs.get(id);
    return run?.state === 'reserved' || run?.state === 'begun' ? run : null;
  }

  #takeBack(nowMs: number): void {
    for (const [id, run] of this.runs) this.runs.set(id, this.#takenBack(run, nowMs));
  }

  #takenBack(run: OracleRun, nowMs: number): OracleRun {
    if (!this.dead.has(run.owner) && run.expiresMs > nowMs) return run;
    if (run.state === 'reserved') return { ...run, state: 'gone' };
    if (run.state !== 'begun') return run;
    return { ...run, state: 'taken', counted: Math.max(run.reserved, run.seen) };
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
