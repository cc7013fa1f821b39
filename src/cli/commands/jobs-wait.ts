import { parseDuration } from '../../domain/duration.js';
import { type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import { documentOfJob, exitCodeOfJob, lostFailure } from '../../jobs/document.js';
import { outputOf } from '../../jobs/follow.js';
import { findJob } from '../../jobs/jobs.js';
import type { JobStream } from '../../jobs/store.js';
import { type JobOver, waitForJob } from '../../jobs/wait.js';
import type { CommandContext } from '../context.js';
import { jobsWorld } from '../jobs-world.js';
import { printFailure, reportEarly } from '../report.js';

/** Options of `jobs wait`. */
export interface JobsWaitOptions {
  timeout?: string;
  json?: boolean;
}

/** `jobs wait <id>`: prints what `exec` would have printed, and returns its exit code. */
export async function runJobsWait(
  context: CommandContext,
  wanted: string,
  options: JobsWaitOptions,
): Promise<number> {
  const timeoutMs = timeoutOf(options);
  if (!timeoutMs.ok) return reportEarly(context, { failure: timeoutMs.error });
  const jobs = jobsWorld(context);
  const found = await findJob(jobs, wanted);
  if (!found.ok) return reportEarly(context, { failure: found.error });
  const { signal } = context.world;
  const over = await waitForJob(jobs, found.value.record.id, { timeoutMs: timeoutMs.value, signal });
  if (!over.ok) return reportEarly(context, { failure: over.error });
  if (options.json === true) await printDocument(context, over.value);
  else await printOutput(context, over.value);
  return exitCodeOfJob(over.value);
}

function timeoutOf({ timeout }: JobsWaitOptions): Result<number | null, Failure> {
  if (timeout === undefined) return ok(null);
  if (/^0(ms|s|m|h)?$/.test(timeout)) return ok(0);
  const parsed = parseDuration(timeout);
  return parsed.ok ? parsed : err(failure('usage', `--timeout: ${parsed.error}`));
}

/** The document, whatever format the run was started with. */
async function printDocument({ output }: CommandContext, job: JobOver): Promise<void> {
  const document = await documentOfJob(job);
  if (document !== null) await output.answer(`${JSON.stringify(document)}\n`);
  if (job.state === 'lost') await printFailure(output, lostFailure(job.record));
}

async function printOutput(context: CommandContext, job: JobOver): Promise<void> {
  const { output } = context;
  const { record } = job;
  output.raw = record.is_raw;
  const copy = async (stream: JobStream): Promise<void> => {
    const written = outputOf(jobsWorld(context), record.id, { stream, until: null });
    for await (const chunk of written) await output.copy(stream, chunk);
  };
  await copy('stdout');
  const isFine = job.state === 'ended' && job.end.exit_code === 0;
  if (!(output.quiet && isFine)) await copy('stderr');
  if (job.state === 'lost') await printFailure(output, lostFailure(record));
}
