import { setTimeout as pause } from 'node:timers/promises';
import type { Result } from '../domain/result.js';
import type { Trouble } from '../git/trouble.js';

const PAUSE_MS = 20;

/** Does something of Git again, a few times, where another process changes meanwhile what it reads. */
export async function untilStill<T>(
  act: () => Promise<Result<T, Trouble>>,
  mostTries = 5,
): Promise<Result<T, Trouble>> {
  for (let triesLeft = mostTries - 1; ; triesLeft -= 1) {
    const found = await act();
    if (found.ok || found.error.kind !== 'moving' || triesLeft === 0) return found;
    await pause(PAUSE_MS);
  }
}
