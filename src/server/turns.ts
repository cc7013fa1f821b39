import { onAbort } from '../domain/abort.js';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';

/** The right to run one request; must be given back. */
export interface Turn {
  leave(): void;
}

/** How many runs there may be at once, and how many may wait. */
export interface TurnLimits {
  maxConcurrent: number;
  queue: number;
}

/** When a caller that was turned away may come back, ms: the runs of agents take seconds. */
const COME_BACK_MS = 1000;

/** Lets a limited number of runs go on at once. The others wait in the order in which they came. */
export class Turns {
  #running = 0;
  #isOver = false;
  readonly #waiting = new Set<Waiting>();
  readonly #whenIdle = new Set<() => void>();
  readonly #limits: () => TurnLimits;

  /** The limits may be others at each question. */
  constructor(limits: () => TurnLimits) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Waits for a turn; the failure is a queue that is full, a server that ends, or a caller that has gone. */
  enter(gone: AbortSignal): Promise<Result<Turn, Failure>> {
    const { maxConcurrent, queue } = this.#limits();
    if (this.#isOver) return Promise.resolve(err(ending()));
    if (this.#running < maxConcurrent && this.#waiting.size === 0) return Promise.resolve(ok(this.#take()));
    if (this.#waiting.size >= queue) return Promise.resolve(err(full(this.#running + this.#waiting.size)));
    return new Promise((resolve) => {
      const waiting: Waiting = (result) => {
        this.#waiting.delete(waiting);
        unfollow();
        resolve(result);
      };
      this.#waiting.add(waiting);
      const unfollow = onAbort(gone, () => waiting(err(clientGone())));
      this.#next();
    });
  }

  /** Resolves once no run goes on. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => void this.#whenIdle.add(resolve));
  }

  /** Turns away those that wait and all that come later. */
  end(): void {
    this.#isOver = true;
    for (const waiting of [...this.#waiting]) waiting(err(ending()));
  }

  #take(): Turn {
    this.#running += 1;
    let isHeld = true;
    return {
      leave: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#running -= 1;
        this.#next();
        if (this.#running === 0) this.#tellIdle();
      },
    };
  }

  #tellIdle(): void {
    for (const resolve of this.#whenIdle) resolve();
    this.#whenIdle.clear();
  }

  #next(): void {
    // More than one where the limit was raised meanwhile.
    for (const waiting of this.#waiting) {
      if (this.#running >= this.#limits().maxConcurrent) return;
      waiting(ok(this.#take()));
    }
  }
}

type Waiting = (result: Result<Turn, Failure>) => void;

/** The failure of a request whose caller did not wait for its answer. */
export function clientGone(): Failure {
  return failure('cancelled', 'the client closed the connection');
}

function full(requests: number): Failure {
  return failure('rate_limit', `the server is at its limit of ${requests} requests`, {
    hint: 'try again later, or raise `server.max_concurrent`',
    retryAfterMs: COME_BACK_MS,
  });
}

function ending(): Failure {
  return failure('overloaded', 'the server is shutting down', { retryAfterMs: COME_BACK_MS });
}
