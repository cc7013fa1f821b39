import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import { parseCount, type Register } from '../register.js';
import type { JobsOptions } from './jobs-list.js';
import type { JobsWaitOptions } from './jobs-wait.js';

const ID = 'its id, a unique prefix of it, or `last`';

/** Registers `jobs` and its commands. Their code is loaded when they run. */
export function addJobs(context: CommandContext, program: Command, register: Register): void {
  const jobs = register(program, 'jobs');
  jobs.command
    .description('List detached runs (`exec --detach`); `wait`, `cancel` and `logs` take one')
    .option('-n, --last <count>', 'how many; those still running are always listed', parseCount, 20)
    .option('--json', 'print a JSON array');
  jobs.action(async (options: JobsOptions) => {
    const { runJobs } = await import('./jobs-list.js');
    return runJobs(context, options);
  });

  const wait = register(jobs.command, 'wait');
  wait.command
    .description(
      'Wait until a detached run is over, then print what `exec` would have printed, with its exit code',
    )
    .argument('<id>', ID)
    .option('--timeout <duration>', 'end the wait, not the run, after so long (exit 124); 0 only looks')
    .option('--json', 'print the document of the run, whatever format it was started with');
  wait.action(async (id: string, options: JobsWaitOptions) => {
    const { runJobsWait } = await import('./jobs-wait.js');
    return runJobsWait(context, id, options);
  });

  const cancel = register(jobs.command, 'cancel');
  cancel.command
    .description('End a detached run with all of its processes, and say what it has cost')
    .argument('<id>', ID)
    .option('--json', 'print the run as JSON');
  cancel.action(async (id: string, options: { json?: boolean }) => {
    const { runJobsCancel } = await import('./jobs-cancel.js');
    return runJobsCancel(context, id, options);
  });

  const logs = register(jobs.command, 'logs');
  logs.command
    .description('Print what a detached run says on stderr; start it with -v or -vv to read more')
    .argument('<id>', ID)
    .option('-f, --follow', 'go on until it is over');
  logs.action(async (id: string, options: { follow?: boolean }) => {
    const { runJobsLogs } = await import('./jobs-logs.js');
    return runJobsLogs(context, id, options);
  });
  addRun(context, jobs.command, register);
}

/** The process of a detached run; not for people. */
function addRun(context: CommandContext, jobs: Command, register: Register): void {
  const run = register(jobs, 'run', { hidden: true });
  run.command.description('The process of a detached run').argument('<id>', 'its handle');
  run.action(async (id: string) => {
    const { runJob } = await import('./jobs-run.js');
    return runJob(context, id);
  });
}
