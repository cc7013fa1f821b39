import type { Failure, FailureType } from '../domain/failure.js';

/** How long a run waits out failures of its provider before the router takes over. */
export interface Patience {
  /** Retries after a failure of this type, and the longest wait before one, ms. */
  of(type: FailureType): { maxRetries: number; maxDelayMs: number };
  /** The wait that a failure asks for, ms; `null`: none. */
  askedMs(failed: Failure): number | null;
}

/** Failures that a client waits out by itself. */
const WAITED_OUT: readonly FailureType[] = ['rate_limit', 'overloaded', 'provider_error', 'connection'];
/** A key that was refused twice will not become valid. A first refusal may make a client renew its token. */
const MOST_REFUSED_KEYS = 2;

/** Counts the failures of the calls of one attempt in a row, and says when the tool may not go on. */
export class RetryWatch {
  readonly #patience: Patience;
  #inARow = 0;
  #refusedKeys = 0;
  /** The failure after which no call is let through; `null`: none. */
  blocked: Failure | null = null;

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /** Takes the end of a call; `null`: an answer. */
  note(failed: Failure | null): void {
    if (failed === null) {
      this.#inARow = 0;
      this.#refusedKeys = 0;
      return;
    }
    if (this.#isTooMuch(failed)) this.blocked ??= failed;
  }

  #isTooMuch(failed: Failure): boolean {
    if (failed.type === 'quota') return true;
    if (failed.type === 'authentication') return ++this.#refusedKeys >= MOST_REFUSED_KEYS;
    if (!WAITED_OUT.includes(failed.type)) return false;
    const { maxRetries, maxDelayMs } = this.#patience.of(failed.type);
    return ++this.#inARow > maxRetries || (this.#patience.askedMs(failed) ?? 0) > maxDelayMs;
  }
}
