import { outputOf } from '../../jobs/follow.js';
import { findJob } from '../../jobs/jobs.js';
import type { CommandContext } from '../context.js';
import { jobsWorld } from '../jobs-world.js';
import { reportEarly } from '../report.js';

/** `jobs logs <id> [-f]`: what a detached run has said on stderr, and with `-f` what it says until it is over. */
export async function runJobsLogs(
  context: CommandContext,
  wanted: string,
  options: { follow?: boolean },
): Promise<number> {
  const { output, world } = context;
  const jobs = jobsWorld(context);
  const found = await findJob(jobs, wanted);
  if (!found.ok) return reportEarly(context, { failure: found.error });
  const until = options.follow === true ? AbortSignal.any([world.signal, output.closed]) : null;
  const said = outputOf(jobs, found.value.record.id, { stream: 'stderr', until });
  for await (const chunk of said) await output.copy('stdout', chunk);
  return 0;
}
