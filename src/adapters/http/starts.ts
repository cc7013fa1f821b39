/** Lets requests begin in order, as long as few of them wait for a connection. */
export class Starts {
  #connecting = 0;
  readonly #waiting: (() => void)[] = [];
  readonly #mostAtOnce: number;
  #isStarting = false;

  constructor(mostAtOnce: number) {
    this.#mostAtOnce = mostAtOnce;
  }

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
    while (this.#connecting < this.#mostAtOnce && this.#waiting.length > 0) this.#waiting.shift()?.();
    this.#isStarting = false;
  }
}
