import { firstAbort } from './abort.js';
import type { Failure } from './failure.js';

/** When and why a run has to end. */
export interface Deadline {
  /** Aborted as soon as the run has to end. Made when it is first asked for: many runs never need one. */
  readonly signal: AbortSignal;
  /** Why the run has to end; `null`: not yet. */
  readonly failure: Failure | null;
  /** Time left for the whole run, ms; `null`: no limit. */
  remainingMs(): number | null;
  /** Calls back as soon as the run has to end, at once when it already has; returns how to stop waiting for that. */
  onStop(then: () => void): () => void;
}

/** A deadline that its holder can bring forward. */
export interface StoppableDeadline extends Deadline {
  /** Ends the run now; later calls change nothing. */
  stop(failure: Failure): void;
}

/** A deadline that ends only by `stop`. */
export class OwnDeadline implements StoppableDeadline {
  readonly #waiting = new Set<() => void>();
  #controller: AbortController | null = null;
  #failure: Failure | null = null;

  constructor(readonly remainingMs: () => number | null) {}

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#failure !== null) this.#controller.abort(this.#failure);
    return this.#controller.signal;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  onStop(then: () => void): () => void {
    if (this.#failure !== null) then();
    else this.#waiting.add(then);
    return () => this.#waiting.delete(then);
  }

  stop(failure: Failure): void {
    if (this.#failure !== null) return;
    this.#failure = failure;
    this.#controller?.abort(failure);
    for (const then of [...this.#waiting]) then();
  }
}

/** The deadline of one part of a run: ends with the whole run, or earlier by `stop`. */
export class ChildDeadline implements StoppableDeadline {
  readonly #parent: Deadline;
  readonly #own: OwnDeadline;
  #signal: AbortSignal | null = null;

  constructor(parent: Deadline) {
    this.#parent = parent;
    this.#own = new OwnDeadline(() => parent.remainingMs());
  }

  get signal(): AbortSignal {
    // Not released: both end with the run.
    this.#signal ??= firstAbort([this.#parent.signal, this.#own.signal]).signal;
    return this.#signal;
  }

  get failure(): Failure | null {
    return this.#own.failure ?? this.#parent.failure;
  }

  remainingMs(): number | null {
    return this.#parent.remainingMs();
  }

  onStop(then: () => void): () => void {
    const releases = [this.#parent.onStop(then), this.#own.onStop(then)];
    return () => releases.forEach((release) => void release());
  }

  stop(failure: Failure): void {
    if (this.#parent.failure === null) this.#own.stop(failure);
  }
}
