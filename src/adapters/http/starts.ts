/**
 * How many connections may be in the making at once: a server has a queue for those that it has not accepted yet (511 at Node, 128 at older
 * systems), and one that does not fit into it is tried again only after a second.
 */
const MOST_AT_ONCE = 64;

/** Lets requests begin in order, as long as few of them wait for a connection. */
export class Starts {
  #connecting = 0;
  readonly #waiting: (() => void)[] = [];
  #isStarting = false;

  /** Begins now or in its turn; `done` is to be called once it has a connection, or needs none any more. */
  enter(begin: (done: () => void) => void): void {
    const start = (): void => {
      this.#connecting++;
      let isDone = false;
      begin(() => {
        if (isDone) return;
        isDone = true;
        this.#connecting--;
        this.#next();
      });
    };
    this.#waiting.push(start);
    this.#next();
  }

  /** One that needs no connection any more is done at once, and calls this again. */
  #next(): void {
    if (this.#isStarting) return;
    this.#isStarting = true;
    while (this.#connecting < MOST_AT_ONCE && this.#waiting.length > 0) this.#waiting.shift()?.();
    this.#isStarting = false;
  }
}
