import { setTimeout as sleep } from 'node:timers/promises';

/** The clocks of a wait, ms. */
export interface Clock {
  /** Wall clock, since the epoch. */
  now: () => number;
  /** Monotonic. */
  monotonic: () => number;
}

/** Longest time between two checks of the wall clock, since the machine may have slept. */
const SLICE_MS = 15_000;

/** Waits until a wall-clock time, or for a duration; returns early, without an error, when aborted. */
export async function waitFor(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const [wallEnd, end] = [clock.now() + delayMs, clock.monotonic() + delayMs];
  const leftMs = (): number => Math.min(wallEnd - clock.now(), end - clock.monotonic());
  for (let left = leftMs(); left > 0 && !signal.aborted; left = leftMs()) {
    await sleep(Math.min(left, SLICE_MS), undefined, { signal }).catch(() => {});
  }
}
