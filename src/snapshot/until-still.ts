import { setTimeout as pause } from 'node:timers/promises';
import type { Result } from '../domain/result.js';
import type { Trouble } from '../git/trouble.js';

const MOST_TRIES = 5;
const PAUSE_MS = 20;

/** Reads files again, a few times, where another program changes or removes one of them meanwhile. */
export async function untilStill<T>(read: () => Promise<Result<T, Trouble>>): Promise<Result<T, Trouble>> {
  for (let triesLeft = MOST_TRIES - 1; ; triesLeft -= 1) {
    const found = await read();
    if (found.ok || found.error.kind !== 'moving' || triesLeft === 0) return found;
    await pause(PAUSE_MS);
  }
}
