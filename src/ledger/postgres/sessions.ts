import { setTimeout as wait } from 'node:timers/promises';
import { onAbort } from '../../domain/abort.js';
import { type Connection, connect } from './connection.js';
import { NO_ANSWER, ServerFailure } from './failure.js';
import { type Patience, patience } from './patience.js';
import type { Settings } from './settings.js';

/** How long until a server that was there a moment ago is tried again, ms. */
const PAUSE_MS = 100;
/** A connection that nothing has used for so long is closed, ms. */
const IDLE_MS = 60_000;
/** How long a server that was not reached is not tried again, ms: what waited for its turn behind that fails with it. */
const AWAY_MS = 1000;

interface Idle {
  connection: Connection;
  sinceMs: number;
}

/** Connections to one database, made when they are needed, at most so many at once. */
export class Sessions {
  readonly #settings: Settings;
  readonly #most: number;
  #idle: Idle[] = [];
  #used = 0;
  #waiting: (() => void)[] = [];
  #isClosed = false;
  /** A connection has worked before: what fails from then on is taken for a passing trouble. */
  #hasWorked = false;
  /** The last time that the server was not reached. */
  #away: { failure: ServerFailure; sinceMs: number } | null = null;
  readonly #ending: AbortSignal | null;

  /** `most` connections at once; once `ending` is aborted every wait is cut short. */
  constructor(settings: Settings, { most, ending = null }: { most: number; ending?: AbortSignal | null }) {
    this.#settings = settings;
    this.#most = most;
    this.#ending = ending;
  }

  /**
   * Runs `work` on a connection, for `waitMs` at most, which is as long as it may take to connect. Where that breaks, `work` is run again on
   * a new one: it may have been done the first time, so that repeating it must change nothing. Rejects with a {@link ServerFailure}.
   */
  async use<T>(work: (connection: Connection) => Promise<T>, waitMs = this.waitMs): Promise<T> {
    await this.#turn();
    const bound = patience(waitMs, this.#ending);
    try {
      return await this.#repeat(work, bound);
    } finally {
      bound.dispose();
      this.#used -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** How long the server may take, ms. */
  get waitMs(): number {
    return this.#settings.connectTimeoutMs;
  }

  close(): void {
    this.#isClosed = true;
    for (const { connection } of this.#idle) connection.end();
    this.#idle = [];
  }

  async #turn(): Promise<void> {
    while (this.#used >= this.#most) await new Promise<void>((go) => this.#waiting.push(go));
    this.#used += 1;
  }

  async #repeat<T>(work: (connection: Connection) => Promise<T>, bound: Patience): Promise<T> {
    if (this.#away !== null && performance.now() - this.#away.sinceMs < AWAY_MS) throw this.#away.failure;
    for (;;) {
      try {
        return await this.#once(work, bound);
      } catch (error) {
        if (!(error instanceof ServerFailure)) throw error;
        const failure = bound.limit.aborted
          ? new ServerFailure(new Error(NO_ANSWER), { isLost: true })
          : error;
        const isWorthATry = failure.isPassing && this.#isWorthATry(failure) && bound.leftMs() > PAUSE_MS;
        if (failure.isLost && !isWorthATry) this.#away = { failure, sinceMs: performance.now() };
        if (!isWorthATry) throw failure;
      }
      await wait(PAUSE_MS * Math.random());
    }
  }

  /** A server that is starting, or that has worked before; one that was never reached is not waited for. */
  #isWorthATry({ code }: ServerFailure): boolean {
    return this.#hasWorked || code === '57P03';
  }

  async #once<T>(work: (connection: Connection) => Promise<T>, { limit }: Patience): Promise<T> {
    const connection = this.#take() ?? (await connect(this.#settings, limit));
    this.#hasWorked = true;
    this.#away = null;
    connection.hold(true);
    const release = onAbort(limit, () => connection.destroy());
    try {
      return await work(connection);
    } finally {
      release();
      this.#put(connection);
    }
  }

  #take(): Connection | null {
    for (let one = this.#idle.pop(); one !== undefined; one = this.#idle.pop()) {
      if (!one.connection.isLost) return one.connection;
    }
    return null;
  }

  #put(connection: Connection): void {
    if (connection.isLost) return;
    if (this.#isClosed) {
      connection.end();
      return;
    }
    // It does not keep the process from its end.
    connection.hold(false);
    const nowMs = performance.now();
    const isOld = ({ sinceMs }: Idle) => nowMs - sinceMs > IDLE_MS;
    for (const old of this.#idle.filter(isOld)) old.connection.end();
    this.#idle = [...this.#idle.filter((one) => !isOld(one)), { connection, sinceMs: nowMs }];
  }
}
