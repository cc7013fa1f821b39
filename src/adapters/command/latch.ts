/** Wakes one waiter when something has changed; a change before the wait is not lost. */
export interface Latch {
  open: () => void;
  wait: () => Promise<void>;
}

/** Starts closed; every finished wait closes it again. */
export function createLatch(): Latch {
  let isOpen = false;
  let wake = () => {};
  return {
    open: () => {
      isOpen = true;
      wake();
    },
    wait: async () => {
      if (!isOpen) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      isOpen = false;
    },
  };
}
