import { setTimeout as wait } from 'node:timers/promises';
import { type Connection, connect } from './connection.js';
import { ServerFailure } from './failure.js';
import type { Settings } from './settings.js';

/** How long until a server that was there a moment ago is tried again, ms. */
const PAUSE_MS = 100;
/** A connection that nothing has used for so long is closed, ms. */
const IDLE_MS = 60_000;

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

  constructor(settings: Settings, { most }: { most: number }) {
    this.#settings = settings;
    this.#most = most;
  }

  /**
   * Runs `work` on a connection. Where that breaks, `work` is run again on a new one, as long as it takes to connect at most: it may
   * have been done the first time, so that repeating it must change nothing. Rejects with a {@link ServerFailure}.
   */
  async use<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    await this.#turn();
    try {
      return await this.#repeat(work);
    } finally {
      this.#used -= 1;
      this.#waiting.shift()?.();
    }
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

  async #repeat<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    let endMs = Number.POSITIVE_INFINITY;
    for (;;) {
      const leftMs = Math.min(this.#settings.connectTimeoutMs, endMs - performance.now());
      try {
        return await this.#once(work, Math.max(1, leftMs));
      } catch (error) {
        const isPassing = error instanceof ServerFailure && error.isPassing && this.#isWorthATry(error);
        endMs = Math.min(endMs, performance.now() + this.#settings.connectTimeoutMs);
        if (!isPassing || endMs - performance.now() <= PAUSE_MS) throw error;
      }
      await wait(PAUSE_MS * Math.random());
    }
  }

  /** A server that is starting, or that has worked before; one that was never reached is not waited for. */
  #isWorthATry({ code }: ServerFailure): boolean {
    return this.#hasWorked || code === '57P03';
  }

  async #once<T>(work: (connection: Connection) => Promise<T>, leftMs: number): Promise<T> {
    const connection = this.#take() ?? (await connect(this.#settings, leftMs));
    this.#hasWorked = true;
    connection.hold(true);
    try {
      return await work(connection);
    } finally {
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
