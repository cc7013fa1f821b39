import type { RunRecords } from './ledger.js';

/** How long records wait for others, ms: a transaction costs as much as the rows in it. */
const GATHER_MS = 20;

/** Gathers the records of runs that end at about the same time, and writes them in one piece. */
export class Together {
  readonly #write: (records: readonly RunRecords[]) => Promise<void>;
  #waiting: RunRecords[] = [];
  #writing: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(write: (records: readonly RunRecords[]) => Promise<void>) {
    this.#write = write;
  }

  /** Nothing waits for it: no limit depends on these records. */
  add(records: RunRecords): void {
    this.#waiting.push(records);
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }

  /** Writes what has gathered; over once nothing is being written. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const records = this.#waiting;
    this.#waiting = [];
    if (records.length > 0) this.#writing = Promise.all([this.#writing, this.#write(records)]);
    await this.#writing;
  }
}
