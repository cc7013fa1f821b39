import { type Failure, failure } from '../../domain/failure.js';
import { ok, type Result } from '../../domain/result.js';
import { jobDocument } from '../../jobs/document.js';
import type { JobOrder } from '../../jobs/order.js';
import { type NotStarted, startJob } from '../../jobs/start.js';
import type { CommandContext } from '../context.js';
import { fieldPath } from '../field.js';
import { jobsWorld } from '../jobs-world.js';
import { reportEarly } from '../report.js';
import { loadTrusted } from '../trusted-config.js';
import { deadlineOf, timeoutOf } from './exec-deadline.js';
import { type GivenRequest, requestOf } from './exec-parts.js';
import type { ExecOptions } from './exec-request.js';

/** `exec --detach`: reads everything here, starts the run in a process of its own, and prints its handle. */
export async function runDetached(
  context: CommandContext,
  words: string[],
  options: ExecOptions,
): Promise<number> {
  const trouble = detachTrouble(options);
  const timeoutMs = timeoutOf(options);
  const field = options.field === undefined ? ok(null) : fieldPath(options.field);
  if (trouble !== null) return reportEarly(context, { failure: trouble });
  if (!timeoutMs.ok) return reportEarly(context, { failure: timeoutMs.error });
  if (!field.ok) return reportEarly(context, { failure: field.error });
  const deadline = deadlineOf(context, timeoutMs.value);
  try {
    const loaded = await loadTrusted(context, { dryRun: false, deadline });
    if (!loaded.ok) return await reportEarly(context, loaded.error);
    const limits = { deadline, timeoutMs: timeoutMs.value };
    const given = { loaded: loaded.value, words, options, field: field.value, ...limits };
    return await start(context, given);
  } finally {
    deadline.dispose();
  }
}

/** Options that have no meaning where nothing is shown. */
function detachTrouble({ dryRun, stream }: ExecOptions): Failure | null {
  const other = dryRun === true ? '--dry-run' : stream === true ? '--stream' : null;
  if (other === null) return null;
  const hint =
    other === '--stream' ? '`llm-router jobs logs -f` follows a detached run' : 'leave one of them out';
  return failure('usage', `\`--detach\` and \`${other}\` contradict each other`, { hint });
}

async function start(context: CommandContext, given: GivenRequest): Promise<number> {
  const { output, world } = context;
  const order = await orderOf(context, given);
  if (!order.ok) return reportEarly(context, { failure: order.error });
  const { signal } = given.deadline;
  const started = await startJob(jobsWorld(context), order.value, { globals: globalsOf(context), signal });
  if (!started.ok) return reportUnstarted(context, given, started.error);
  const job = await jobDocument(started.value, world.clock.now());
  if (output.format === 'text') await output.data(`${job.id}\n`);
  else await output.json(job);
  return 0;
}

/** What is to be run. A stream on a terminal is no part of it: nothing shows what a detached run prints as it comes. */
async function orderOf(context: CommandContext, given: GivenRequest): Promise<Result<JobOrder, Failure>> {
  const { options, field } = given;
  const request = await requestOf(context, given);
  if (!request.ok) return request;
  return ok({
    request: { ...request.value, stream: false },
    startedBy: 'exec',
    format: context.output.format,
    field,
    output: options.output ?? null,
    raw: options.raw === true,
    yes: options.yes === true,
    explain: options.explain === true,
  });
}

/** The global options of this command line, for that of the run. */
export function globalsOf({ globals, output }: CommandContext): string[] {
  return [
    ...globals.config.flatMap((one) => ['--config', one]),
    ...(globals.quiet ? ['--quiet'] : []),
    ...(globals.verbose > 0 ? [`-${'v'.repeat(Math.min(globals.verbose, 2))}`] : []),
    ...['--log-format', output.logFormat],
  ];
}

/** The run said why, as `exec` does: its output becomes that of this command. */
async function reportUnstarted(
  context: CommandContext,
  { deadline }: GivenRequest,
  reason: NotStarted,
): Promise<number> {
  if (deadline.failure !== null) return reportEarly(context, { failure: deadline.failure });
  if (reason.why === 'failure') return reportEarly(context, { failure: reason.failure });
  await context.output.copy('stdout', reason.stdout);
  await context.output.copy('stderr', reason.stderr);
  return reason.exitCode;
}
