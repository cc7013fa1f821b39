import { setTimeout as pause } from 'node:timers/promises';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { codeOf } from '../domain/system-error.js';
import { livenessOf, ownIdentity } from '../process/this-process.js';
import { type Job, jobOf } from './jobs.js';
import type { JobRecord } from './record.js';
import type { JobOver } from './wait.js';
import type { JobsWorld } from './world.js';

/** How a cancelled run ended; `was`: its state before. */
export interface Cancelled {
  was: Job['state'];
  job: JobOver;
}

/** After so long, ms, the run is told to end at once, and after so much longer it is killed. */
const STEPS = [
  { signal: 'SIGTERM', forMs: 30_000 },
  { signal: 'SIGTERM', forMs: 10_000 },
  { signal: 'SIGKILL', forMs: 5_000 },
] as const;

/**
 * Ends a run and its whole process tree, and waits until it is settled. One that is over stays as it is. The failure is a process that
 * cannot be reached from here.
 */
export async function cancelJob(world: JobsWorld, id: string): Promise<Result<Cancelled, Failure>> {
  const first = await jobOf(world, id);
  if (first === null) return err(failure('usage', `there is no detached run \`${id}\``));
  if (first.state !== 'running') return ok({ was: first.state, job: await cleaned(world, first) });
  for (const { signal, forMs } of STEPS) {
    if (!sendSignal(first.record, signal)) return err(unreachable(first.record));
    const over = await overWithin(world, id, forMs);
    if (over !== null) return ok({ was: 'running', job: await cleaned(world, over) });
  }
  return err(unreachable(first.record));
}

/** A killed run leaves processes to others. */
async function cleaned(world: JobsWorld, job: JobOver): Promise<JobOver> {
  if (job.state === 'lost') await world.endInterrupted();
  return job;
}

async function overWithin(world: JobsWorld, id: string, forMs: number): Promise<JobOver | null> {
  const endMs = world.clock.monotonic() + forMs;
  while (world.clock.monotonic() < endMs) {
    const job = await jobOf(world, id);
    if (job !== null && job.state !== 'running') return job;
    await pause(25);
  }
  return null;
}

/** Whether the process could be asked; one that is gone needs no signal. A stopped one must go on to see it. */
function sendSignal({ process: owner }: JobRecord, signal: NodeJS.Signals): boolean {
  const { host, pidNamespace } = ownIdentity();
  if (livenessOf(owner) === 'dead') return true;
  if (owner.host !== host || owner.pidNamespace !== pidNamespace) return false;
  try {
    process.kill(owner.pid, signal);
    if (signal !== 'SIGKILL') process.kill(owner.pid, 'SIGCONT');
    return true;
  } catch (error) {
    return codeOf(error) === 'ESRCH';
  }
}

function unreachable({ id, process: { host, pid } }: JobRecord): Failure {
  return failure('not_allowed', `\`${id}\` cannot be ended from here: process ${pid} of host \`${host}\``, {
    hint: 'cancel it on that host, in the container and by the user that it runs as',
  });
}
