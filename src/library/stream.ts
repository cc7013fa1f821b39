import type { EventSink, RunEvent } from '../domain/events.js';

/** Runs something that reports events. */
type Start = (run: { signal: AbortSignal; onEvent: EventSink }) => Promise<unknown>;

/**
 * The events of a run, as they are asked for: the run starts with the first one, waits while none is wanted, and is cancelled when
 * the reader leaves early. Throws what the start rejects with.
 */
export async function* eventsOf(start: Start): AsyncGenerator<RunEvent, void, void> {
  const leave = new AbortController();
  const queue = new Handover<RunEvent>();
  const run = start({ signal: leave.signal, onEvent: (event) => queue.put(event) }).finally(() =>
    queue.end(),
  );
  // It is awaited below, but only once its events were read.
  run.catch(() => undefined);
  try {
    for (;;) {
      const next = await queue.next();
      if (next === null) break;
      try {
        yield next.item;
      } finally {
        next.taken();
      }
    }
    await run;
  } finally {
    leave.abort();
    queue.end();
    await run.catch(() => undefined);
  }
}

/** Hands items over one by one: a `put` ends once its item was taken. */
class Handover<T> {
  readonly #waiting: { item: T; taken: () => void }[] = [];
  #isOver = false;
  #wake: () => void = () => undefined;

  put(item: T): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((taken) => {
      this.#waiting.push({ item, taken });
      this.#wake();
    });
  }

  /** `null`: there are no more. */
  async next(): Promise<{ item: T; taken: () => void } | null> {
    for (;;) {
      const first = this.#waiting.shift();
      if (first !== undefined) return first;
      if (this.#isOver) return null;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
    }
  }

  /** Nothing is taken or put any more: each `put` and `next` that waits ends. */
  end(): void {
    this.#isOver = true;
    for (const { taken } of this.#waiting) taken();
    this.#wake();
  }
}
