import { setTimeout as pause } from 'node:timers/promises';
import { formatDuration } from '../domain/duration.js';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { type Job, jobOf } from './jobs.js';
import type { JobsWorld } from './world.js';

/** A run that is over. */
export type JobOver = Exclude<Job, { state: 'running' }>;

/**
 * Waits until a run is over, for at most so long; `null`: without a limit. It goes on when the wait ends first. Any number of
 * processes may wait for the same run.
 */
export async function waitForJob(
  world: JobsWorld,
  id: string,
  limit: { timeoutMs: number | null; signal: AbortSignal },
): Promise<Result<JobOver, Failure>> {
  const startMs = world.clock.monotonic();
  for (;;) {
    const job = await jobOf(world, id);
    if (job === null) return err(removed(id));
    if (job.state !== 'running') return ok(await settled(world, job));
    const waitedMs = world.clock.monotonic() - startMs;
    if (limit.timeoutMs !== null && waitedMs >= limit.timeoutMs) return err(expired(id, limit.timeoutMs));
    if (limit.signal.aborted) return err(stopped(id, limit.signal));
    await pause(pauseMs(waitedMs, limit.timeoutMs), undefined, { signal: limit.signal }).catch(
      () => undefined,
    );
  }
}

/** A killed run may have left processes, and nothing else may look after them. */
async function settled(world: JobsWorld, job: JobOver): Promise<JobOver> {
  if (job.state === 'lost') await world.endInterrupted();
  return job;
}

/** Short runs are seen soon, and long ones cost next to nothing. */
function pauseMs(waitedMs: number, timeoutMs: number | null): number {
  const most = waitedMs < 2000 ? 25 : 200;
  return timeoutMs === null ? most : Math.max(1, Math.min(most, timeoutMs - waitedMs));
}

function expired(id: string, timeoutMs: number): Failure {
  return failure('timeout', `\`${id}\` is still running after ${formatDuration(timeoutMs)}`, {
    phase: 'invocation',
    hint: `it goes on: wait again, or end it with \`llm-router jobs cancel ${id}\``,
  });
}

function stopped(id: string, { reason }: AbortSignal): Failure {
  const phase = reason === 'SIGTERM' || reason === 'SIGHUP' ? reason : 'SIGINT';
  return failure('cancelled', `the wait for \`${id}\` was ended`, {
    phase,
    hint: `the run goes on: end it with \`llm-router jobs cancel ${id}\``,
  });
}

function removed(id: string): Failure {
  return failure('usage', `\`${id}\` was removed with its trace`, { hint: 'see `llm-router jobs`' });
}
