import { cancelJob } from '../../jobs/cancel.js';
import { jobDocument } from '../../jobs/document.js';
import { findJob } from '../../jobs/jobs.js';
import type { CommandContext } from '../context.js';
import { jobsWorld } from '../jobs-world.js';
import { reportEarly } from '../report.js';
import { spentText } from './jobs-words.js';

/** `jobs cancel <id>`: ends a detached run with all of its processes, and says what it has cost. */
export async function runJobsCancel(
  context: CommandContext,
  wanted: string,
  options: { json?: boolean },
): Promise<number> {
  const { output, world } = context;
  const jobs = jobsWorld(context);
  const found = await findJob(jobs, wanted);
  if (!found.ok) return reportEarly(context, { failure: found.error });
  const done = await cancelJob(jobs, found.value.record.id);
  if (!done.ok) return reportEarly(context, { failure: done.error });
  const { was, job } = done.value;
  const document = await jobDocument(job, world.clock.now());
  const cancelled = was === 'running' && document.status !== 'succeeded';
  if (options.json === true) await output.json({ ...document, cancelled });
  else if (cancelled) await output.say(`\`${document.id}\` is cancelled; spent: ${spentText(document)}`);
  else
    await output.say(`\`${document.id}\` was over already: ${document.status}, spent ${spentText(document)}`);
  return 0;
}
