import type { RunRecords } from './ledger.js';

/** How long records wait for others, ms: a transaction costs as much as the rows in it. A server that is killed loses those of this time. */
const LEAST_MS = 20;
const MOST_MS = 250;
/** Writing may take this part of the time: the event loop waits for it. */
const SHARE = 0.05;

/** Gathers the records of runs that end at about the same time, and writes them in one piece. */
export class Together {
  readonly #write: (records: readonly RunRecords[]) => Promise<void>;
  #waiting: RunRecords[] = [];
  #writing: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  /** How long the last writing took, ms. */
  #tookMs = 0;

  constructor(write: (records: readonly RunRecords[]) => Promise<void>) {
    this.#write = write;
  }

  /** Nothing waits for it: no limit depends on these records. */
  add(records: RunRecords): void {
    this.#waiting.push(records);
    const waitMs = Math.min(MOST_MS, Math.max(LEAST_MS, this.#tookMs / SHARE));
    this.#timer ??= setTimeout(() => void this.flush(), waitMs);
  }

  /** Writes what has gathered; over once nothing is being written. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const records = this.#waiting;
    this.#waiting = [];
    if (records.length > 0) this.#writing = Promise.all([this.#writing, this.#timed(records)]);
    await this.#writing;
  }

  async #timed(records: readonly RunRecords[]): Promise<void> {
    const startMs = performance.now();
    await this.#write(records);
    this.#tookMs = performance.now() - startMs;
  }
}
