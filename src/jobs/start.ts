import { closeSync } from 'node:fs';
import { type Failure, failure } from '../domain/failure.js';
import { newId } from '../domain/id.js';
import { err, ok, type Result } from '../domain/result.js';
import { reasonOf } from '../files.js';
import { type Job, jobOf } from './jobs.js';
import type { JobOrder, OrderMessage } from './order.js';
import { type StartingProcess, startOwnProcess } from './spawn.js';
import { type JobStream, makeJobFolder, readOutput, removeJob } from './store.js';
import type { JobsWorld } from './world.js';

/** Why a run was not started: what its process printed before it ended, or why it could not be started at all. */
export type NotStarted =
  | { why: 'ended'; exitCode: number; stdout: Buffer; stderr: Buffer }
  | { why: 'failure'; failure: Failure };

/** How the process of a run is started. */
export interface StartOptions {
  /** Global options of the command line, before its own. */
  globals: readonly string[];
  /** Ends the wait for the start, and the process with it. */
  signal: AbortSignal;
}

/**
 * Starts a run in a process of its own session, which outlives this one. Resolves once it is planned and recorded, so that a request
 * that cannot run is reported here and leaves nothing behind.
 */
export async function startJob(
  world: JobsWorld,
  order: JobOrder,
  options: StartOptions,
): Promise<Result<Job, NotStarted>> {
  const id = newId(world.clock.now(), world.random);
  const started = await startProcess(world, { id, order, options });
  const job = started.ok ? await jobOf(world, id) : null;
  if (job !== null) return ok(job);
  const reason: NotStarted = started.ok ? lost() : started.error;
  const told = reason.why === 'ended' ? { ...reason, ...printed(world.dir, id) } : reason;
  await removeJob(world.dir, id).catch(() => undefined);
  return err(told);
}

async function startProcess(
  world: JobsWorld,
  run: { id: string; order: JobOrder; options: StartOptions },
): Promise<Result<null, NotStarted>> {
  try {
    const files = await makeJobFolder(world.dir, run.id);
    try {
      const args = [...run.options.globals, 'jobs', 'run', run.id];
      return await handOver(startOwnProcess(world, args, files), run);
    } finally {
      closeSync(files.stdout);
      closeSync(files.stderr);
    }
  } catch (error) {
    const message = `the detached run cannot be started: ${reasonOf(error)}`;
    return err({ why: 'failure', failure: failure('input', message, { hint: `look at ${world.dir}` }) });
  }
}

/** Gives the process its order and waits until it has started or ended. Nothing of it keeps this process alive after that. */
function handOver(
  { child, stop, letGo }: StartingProcess,
  { order, options: { signal } }: { order: JobOrder; options: StartOptions },
): Promise<Result<null, NotStarted>> {
  return new Promise((resolve, reject) => {
    const settle = (result: Result<null, NotStarted>): void => {
      signal.removeEventListener('abort', stop);
      if (child.connected) child.disconnect();
      letGo();
      resolve(result);
    };
    child.once('error', reject);
    child.once('exit', (code) => settle(err({ why: 'ended', exitCode: code ?? 1, ...NOTHING })));
    child.once('message', () => settle(ok(null)));
    const message: OrderMessage = { order };
    // A process that has ended by then says so itself.
    child.send(message, () => undefined);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
}

const NOTHING = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };

/** Little comes before the start: messages, and a document of the failure. */
function printed(dir: string, id: string): Record<JobStream, Buffer> {
  const all = (stream: JobStream): Buffer => readOutput(dir, id, { stream, offset: 0 });
  return { stdout: all('stdout'), stderr: all('stderr') };
}

function lost(): NotStarted {
  return { why: 'failure', failure: failure('input', 'the record of the detached run is gone') };
}
