import { setTimeout as pause } from 'node:timers/promises';
import { jobOf } from './jobs.js';
import { type JobStream, readOutput } from './store.js';
import type { JobsWorld } from './world.js';

/** What a run has written to a stream, in order; with `until` also what it still writes until it is over or the signal is aborted. */
export async function* outputOf(
  world: Pick<JobsWorld, 'dir' | 'clock'>,
  id: string,
  { stream, until }: { stream: JobStream; until: AbortSignal | null },
): AsyncGenerator<Buffer> {
  let offset = 0;
  for (;;) {
    const isRunning = until !== null && (await jobOf(world, id))?.state === 'running';
    for (let chunk = read(offset); chunk.length > 0; chunk = read(offset)) {
      offset += chunk.length;
      yield chunk;
    }
    if (!isRunning || until.aborted) return;
    await pause(FOLLOW_MS, undefined, { signal: until }).catch(() => undefined);
  }

  function read(from: number): Buffer {
    return readOutput(world.dir, id, { stream, offset: from });
  }
}

/** How often a growing file is looked at. */
const FOLLOW_MS = 100;
