import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { onAbort } from '../domain/abort.js';
import { type Database, SQLITE_BUSY, sqliteCode } from './sqlite.js';

/** How long a transaction waits for other processes in all, ms. */
const PATIENCE_MS = 10_000;
/** The same of a process that was asked to end: longer than any run holds the lock. */
const ENDING_MS = 500;
/**
 * How long SQLite itself waits in one try, ms: it looks again after 1, 2 and 5 ms, for a small part of what a try costs. The thread is
 * blocked meanwhile.
 */
const ONE_TRY_MS = 8;
/** No run holds the lock for so long, ms: from then on the thread is not blocked at all. */
const SHORT_MS = 500;

interface Wait {
  startMs: number;
  signal: AbortSignal | undefined;
}

/** The connection was closed during a wait for the lock. */
export class ClosedInWait extends Error {}

/**
 * The work of one connection, which waits while another process holds the lock. Only one piece of it does at a time: more of them would only
 * look more often. It is run again after each wait, so it must leave no trace where it throws that the lock is held.
 *
 * The event loop turns between two tries. SQLite's own wait would block it, and grow to 100 ms between two looks, so that under load the
 * latest comers win and some wait for seconds.
 */
export class LockQueue {
  readonly #db: Database;
  #last: Promise<void> | null = null;
  #isOpen = true;

  readonly #ending: AbortSignal | null;

  /** Once `ending` is aborted every wait is cut to half a second. */
  constructor(db: Database, ending: AbortSignal | null = null) {
    this.#db = db;
    this.#ending = ending;
    waitShortly(db);
  }

  /** Runs what needs the lock, after all that waits for it already. Rejects with `ClosedInWait` where the connection is closed meanwhile. */
  write<T>(work: () => T, signal?: AbortSignal): Promise<T> {
    return this.#last === null ? this.read(work, signal) : this.#join(work, signal);
  }

  /** Runs what needs no lock as a rule, at once; where it does, as `write`. */
  async read<T>(work: () => T, signal?: AbortSignal): Promise<T> {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error)) throw error;
      return this.#join(work, signal);
    }
  }

  /** Ends every wait, and closes the connection. */
  close(): void {
    this.#isOpen = false;
    this.#db.close();
  }

  #join<T>(work: () => T, signal: AbortSignal | undefined): Promise<T> {
    const wait = { startMs: performance.now(), signal };
    const before = this.#last ?? Promise.resolve();
    const own = firstOf(before, signal).then(() => this.#whenFree(work, wait));
    const over = Promise.allSettled([before, own]).then(() => {
      if (this.#last === over) this.#last = null;
    });
    this.#last = over;
    return own;
  }

  async #whenFree<T>(work: () => T, wait: Wait): Promise<T> {
    let isLong = false;
    let endMs = wait.startMs + PATIENCE_MS;
    let isEnding = false;
    try {
      for (;;) {
        if (!this.#isOpen) throw new ClosedInWait('the connection was closed');
        try {
          return work();
        } catch (error) {
          const nowMs = performance.now();
          if (this.#ending?.aborted === true && !isEnding) {
            isEnding = true;
            endMs = Math.min(endMs, nowMs + ENDING_MS);
          }
          if (!isBusy(error) || nowMs > endMs || wait.signal?.aborted === true) throw error;
          if (nowMs - wait.startMs > SHORT_MS && !isLong) {
            isLong = true;
            this.#db.exec('PRAGMA busy_timeout = 0');
          }
        }
        await (isLong ? pause(wait.signal) : turn());
      }
    } finally {
      if (isLong && this.#isOpen) waitShortly(this.#db);
    }
  }
}

function waitShortly(db: Database): void {
  db.exec(`PRAGMA busy_timeout = ${ONE_TRY_MS}`);
}

/** Other processes wait at the same time: the pauses differ at random. */
async function pause(signal: AbortSignal | undefined): Promise<void> {
  await sleep(2 + Math.random() * 4, undefined, signal && { signal }).catch(() => {});
}

/** When this is over, or the signal is aborted. */
async function firstOf(before: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return before;
  let release = () => {};
  const aborted = new Promise<void>((resolve) => {
    release = onAbort(signal, resolve);
  });
  await Promise.race([before, aborted]).finally(() => release());
}

function isBusy(error: unknown): boolean {
  return sqliteCode(error) === SQLITE_BUSY;
}
