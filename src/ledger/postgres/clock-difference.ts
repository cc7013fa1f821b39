import { DATABASE_NOW } from './clock.js';
import type { Row } from './connection.js';
import { ServerFailure } from './failure.js';
import type { Sessions } from './sessions.js';

/** A clock that is set by hand may be wrong by more than this; what is less is not corrected, ms. */
const EXACT_MS = 1000;
/** How long a measurement holds: clocks are set while a server runs, ms. */
const FRESH_MS = 60_000;

/** A query for the time of the database, in the column `now_ms`. */
export const TIME = `${DATABASE_NOW} AS now_ms`;

/** By how much the clock of the database is ahead of that of this process. The database's counts: others have wrong ones. */
export class ClockDifference {
  #aheadMs = 0;
  #measuredMs = Number.NEGATIVE_INFINITY;
  readonly now: () => number;

  /** `now`: the clock of this process, ms since the epoch. */
  constructor(now: () => number) {
    this.now = now;
  }

  get aheadMs(): number {
    return Math.abs(this.#aheadMs) < EXACT_MS ? 0 : this.#aheadMs;
  }

  /** Takes the time from an answer that was asked for at `sentMs`, by this clock. */
  measure(rows: readonly Row[] | undefined, sentMs: number): void {
    const nowMs = Number(rows?.[0]?.now_ms ?? Number.NaN);
    if (!Number.isFinite(nowMs)) return;
    this.#aheadMs = Math.round(nowMs - (sentMs + this.now()) / 2);
    this.#measuredMs = performance.now();
  }

  /** Measures again where the last time is long ago. A server that cannot be asked says so to the next question too. */
  async refresh(sessions: Sessions): Promise<void> {
    if (performance.now() - this.#measuredMs < FRESH_MS) return;
    try {
      await sessions.use(async (connection) => {
        const sentMs = this.now();
        const [rows] = await connection.run(`SELECT ${TIME}`);
        this.measure(rows, sentMs);
      });
    } catch (error) {
      if (!(error instanceof ServerFailure)) throw error;
    }
  }
}
