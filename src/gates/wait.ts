import { setTimeout as sleep } from 'node:timers/promises';

/** The clocks of a wait, ms. */
export interface Clock {
  /** Wall clock, since the epoch. */
  now: () => number;
  /** Never jumps. */
  monotonic: () => number;
}

/** A machine that was asleep looks at the wall clock again after at most so long. */
const SLICE_MS = 15_000;

/** Waits until a moment has come by the wall clock, or so much time has passed; ends early, quietly, when it is aborted. */
export async function waitFor(delayMs: number, clock: Clock, signal: AbortSignal): Promise<void> {
  const [wallEnd, end] = [clock.now() + delayMs, clock.monotonic() + delayMs];
  const leftMs = (): number => Math.min(wallEnd - clock.now(), end - clock.monotonic());
  for (let left = leftMs(); left > 0 && !signal.aborted; left = leftMs()) {
    await sleep(Math.min(left, SLICE_MS), undefined, { signal }).catch(() => {});
  }
}
