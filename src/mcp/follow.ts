import { setTimeout as pause } from 'node:timers/promises';
import type { Failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { jobDocument } from '../jobs/document.js';
import { type Job, jobOf } from '../jobs/jobs.js';
import { waitForJob } from '../jobs/wait.js';
import { runAnswer, workText } from './run-answer.js';
import type { ToolAnswer, ToolCall } from './tool.js';

/** How often a client hears of a run that goes on, ms: less than the shortest time after which clients give up. */
const PROGRESS_MS = 2000;

/** Waits for a run as long as the call says, and tells what it has come to. The run goes on when the wait ends. */
export async function followRun(call: ToolCall, id: string): Promise<Result<ToolAnswer, Failure>> {
  const { service, args, signal } = call;
  const { jobs } = service;
  const timeoutMs = typeof args.wait_seconds === 'number' ? args.wait_seconds * 1000 : service.waitMs;
  const done = new AbortController();
  const told = tellProgress(call, id, done.signal);
  const over = await waitForJob(jobs, id, { timeoutMs, signal });
  done.abort();
  await told;
  const job = over.ok ? over.value : await jobOf(jobs, id);
  return job === null ? gone(over) : ok(await runAnswer(job, jobs.clock.now()));
}

function gone(over: Result<Job, Failure>): Result<never, Failure> {
  if (over.ok) throw new Error('a run that is over is no run');
  return err(over.error);
}

async function tellProgress({ service, progress }: ToolCall, id: string, until: AbortSignal): Promise<void> {
  if (progress === null) return;
  while (!until.aborted) {
    const nowMs = service.jobs.clock.now();
    const job = await jobOf(service.jobs, id);
    if (job?.state !== 'running') return;
    progress(workText(await jobDocument(job, nowMs), nowMs));
    await pause(PROGRESS_MS, undefined, { signal: until }).catch(() => undefined);
  }
}
