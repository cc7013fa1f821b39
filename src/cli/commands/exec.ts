import type { RouterConfig } from '../../config/types.js';
import type { Deadline } from '../../domain/deadline.js';
import type { RunEvent } from '../../domain/events.js';
import { exitCodeOf, type Failure } from '../../domain/failure.js';
import type { Invocation } from '../../domain/invocation.js';
import type { Request } from '../../domain/request.js';
import { ok } from '../../domain/result.js';
import { mayEdit, type Planned } from '../../router/planned.js';
import type { Router } from '../../router/router.js';
import { keepTraces } from '../../router/traces.js';
import { answerFile } from '../answer-file.js';
import { commandRouter, traceDirOf } from '../command-router.js';
import type { CommandContext } from '../context.js';
import { fieldPath } from '../field.js';
import { outputFormat } from '../formats/format.js';
import { logOf } from '../log.js';
import { narrate, saySearched } from '../narrate.js';
import { planScreen } from '../plan-screen.js';
import { printFailure, reportEarly } from '../report.js';
import { loadTrusted } from '../trusted-config.js';
import { deadlineOf, timeoutOf } from './exec-deadline.js';
import { conclude } from './exec-outcome.js';
import { type GivenRequest, requestOf } from './exec-parts.js';
import { type ExecOptions, withEnvironment } from './exec-request.js';

/** Routes and runs one request; returns the exit code. */
export async function runExec(context: CommandContext, words: string[], given: ExecOptions): Promise<number> {
  const options = withEnvironment(given, context.world.env);
  context.output.raw = options.raw === true;
  if (options.detach === true) {
    const { runDetached } = await import('./exec-detach.js');
    return runDetached(context, words, options);
  }
  const timeoutMs = timeoutOf(options);
  if (!timeoutMs.ok) return reportEarly(context, { failure: timeoutMs.error });
  const field = options.field === undefined ? ok(null) : fieldPath(options.field);
  if (!field.ok) return reportEarly(context, { failure: field.error });
  const deadline = deadlineOf(context, timeoutMs.value);
  context.output.setDrainSignal(deadline.signal);
  try {
    const loaded = await loadTrusted(context, { dryRun: options.dryRun === true, deadline });
    if (!loaded.ok) return await reportEarly(context, loaded.error);
    const router = commandRouter(context, loaded.value, { ending: deadline.signal });
    const limits = { deadline, timeoutMs: timeoutMs.value };
    const given = { loaded: loaded.value, words, options, field: field.value, ...limits };
    const code = await routeAndRun(context, router, given).finally(() => router.close({ atExit: true }));
    if (options.dryRun !== true) await loaded.value.keep();
    return code;
  } finally {
    deadline.dispose();
  }
}

async function routeAndRun(context: CommandContext, router: Router, given: GivenRequest): Promise<number> {
  const request = await requestOf(context, given);
  if (!request.ok) return reportEarly(context, { failure: request.error });
  return runRequest(context, router, { ...given, request: request.value });
}

/** A request with what decides how it is run and shown. */
export interface GivenRun extends Pick<GivenRequest, 'loaded' | 'field' | 'deadline'> {
  request: Request;
  options: Pick<ExecOptions, 'dryRun' | 'explain' | 'output' | 'yes'>;
  /** Its client, when it runs detached. */
  detached?: DetachedRun;
}

/** What the client of a detached run is told of it. */
export interface DetachedRun {
  /** The handle that the client has given out. */
  id: string;
  /** Right before the first candidate is tried; a failure ends the run. */
  started(planned: Planned): Promise<Failure | null>;
  ended(invocation: Invocation): void;
}

/** Plans and runs a request, and prints what came of it; returns the exit code. */
export async function runRequest(context: CommandContext, router: Router, given: GivenRun): Promise<number> {
  const { request, options, deadline, loaded, field, detached } = given;
  const planned = await router.plan(request, detached);
  if (!planned.ok) return reportEarly(context, { failure: planned.error });
  if (options.dryRun === true)
    return showDryRun(context, { router, planned: planned.value, deadline, field });
  if (options.explain === true) await explain(context, planned.value);
  const code = await execute(context, {
    router,
    planned: planned.value,
    deadline,
    file: options.output,
    field,
    detached,
    confirmRollback: async (question) => isYes(await context.output.ask(question, deadline.signal)),
    confirm: options.yes === true ? async () => true : () => proceed(context, deadline.signal),
  });
  const sent = router.endTelemetry();
  const nowMs = context.world.clock.now();
  const isDue = await keepTraces(traceDirOf(context, loaded), { config: router.config, nowMs });
  if (isDue) await keepJobs(context);
  await router.upkeep();
  await sent;
  return code;
}

/** Answers of detached runs are private texts: they go with the traces, whether or not another such run is started. */
async function keepJobs({ world }: CommandContext): Promise<void> {
  const [{ pruneJobs }, { jobsDir }] = await Promise.all([
    import('../../jobs/prune.js'),
    import('../../paths.js'),
  ]);
  await pruneJobs({ dir: jobsDir(world), clock: world.clock }).catch(() => undefined);
}

async function explain(context: CommandContext, planned: Planned): Promise<void> {
  const { output, globals, world } = context;
  const paint = await output.paint('stderr');
  const look = { paint, isVerbose: globals.verbose > 0, width: world.stderr.columns };
  await output.say(planScreen(planned, look));
  await sayFiles(context, planned);
}

async function sayFiles(context: CommandContext, planned: Planned): Promise<void> {
  if (!planned.candidates.some(({ tool }) => mayEdit(planned, tool))) return;
  const { saySnapshots } = await import('../snapshot-note.js');
  await saySnapshots(context, planned);
}

async function showDryRun(
  context: CommandContext,
  given: { router: Router; planned: Planned; deadline: Deadline; field: string[] | null },
): Promise<number> {
  const { router, planned, deadline } = given;
  const invocation = await router.describe(planned, deadline);
  const shown = outputFormat(context, { live: false, field: given.field });
  await shown.planned(invocation, planned);
  await sayFiles(context, planned);
  for (const warning of invocation.warnings) await context.output.warn(warning);
  const { failure } = invocation;
  if (failure === null) return 0;
  // The screen has the rejected pairs already, each with its hint.
  const isListed = context.output.format === 'text' && failure.headline !== null;
  await printFailure(
    context.output,
    isListed ? { ...failure, message: failure.headline ?? '', hint: null } : failure,
  );
  await saySearched(context, invocation);
  return exitCodeOf(failure);
}

async function execute(
  context: CommandContext,
  input: {
    router: Router;
    planned: Planned;
    deadline: Deadline;
    file: string | undefined;
    field: string[] | null;
    detached: DetachedRun | undefined;
    confirm: () => Promise<boolean>;
    confirmRollback: (question: string) => Promise<boolean>;
  },
): Promise<number> {
  const { output, world } = context;
  const { router, planned, deadline, confirm, confirmRollback, detached } = input;
  const file = await answerFile(world.cwd, input.file, input.deadline.signal);
  if (!file.ok) return reportEarly(context, { failure: file.error });
  const unstarted = (await detached?.started(planned)) ?? null;
  if (unstarted !== null) return reportEarly(context, { failure: unstarted });
  const shown = outputFormat(context, { live: planned.request.stream, field: input.field });
  const reported = new Set<string>();
  const emit = async (event: RunEvent): Promise<void> => {
    await shown.event(event);
    if (event.type === 'budget.warning') reported.add(event.message);
    if (output.logFormat === 'text') await narrate(context, planned, event);
  };
  const { request, policy } = planned;
  if (!policy.privacy.logPrompts) output.keepOutOfLog([request.prompt, request.system]);
  await sayWhatIsKept(context, router.config, planned);
  const invocation = await router.complete(planned, {
    deadline,
    events: [emit],
    costs: shown.costs,
    confirm,
    confirmRollback,
    ...logOf(context),
  });
  detached?.ended(invocation);
  if (output.closed.aborted) return 0;
  return conclude(context, { shown, invocation, file: file.value, reported });
}

/** Warns on a terminal that prompts are stored. */
async function sayWhatIsKept(
  { output, world }: CommandContext,
  config: RouterConfig,
  { policy }: Planned,
): Promise<void> {
  if (!world.stderr.isTerminal || !config.traces.enabled || !policy.privacy.logPrompts) return;
  await output.say(
    `prompt and answer are stored in the trace (\`log_prompts\` of policy \`${policy.name}\`)`,
  );
}

/** Without a terminal to ask on, the warning is enough. */
export async function proceed({ output }: CommandContext, signal: AbortSignal): Promise<boolean> {
  const answer = await output.ask('Proceed? [y/N] ', signal);
  return answer === null || isYes(answer);
}

function isYes(answer: string | null): boolean {
  return answer !== null && /^y(es)?$/i.test(answer.trim());
}
