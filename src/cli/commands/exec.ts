import type { RouterConfig } from '../../config/types.js';
import { startDeadline } from '../../deadline.js';
import type { Deadline } from '../../domain/deadline.js';
import { parseDuration } from '../../domain/duration.js';
import type { RunEvent } from '../../domain/events.js';
import { exitCodeOf, type Failure, failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Planned } from '../../router/planned.js';
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
import { conclude } from './exec-outcome.js';
import { type GivenRequest, requestOf } from './exec-parts.js';
import { type ExecOptions, withEnvironment } from './exec-request.js';

/** Routes and runs one request; returns the exit code. */
export async function runExec(context: CommandContext, words: string[], given: ExecOptions): Promise<number> {
  const options = withEnvironment(given, context.world.env);
  context.output.raw = options.raw === true;
  const timeoutMs = timeoutOf(options);
  if (!timeoutMs.ok) return reportEarly(context, { failure: timeoutMs.error });
  const field = options.field === undefined ? ok(null) : fieldPath(options.field);
  if (!field.ok) return reportEarly(context, { failure: field.error });
  const deadline = deadlineOf(context, timeoutMs.value);
  context.output.setDrainSignal(deadline.signal);
  try {
    const loaded = await loadTrusted(context, { dryRun: options.dryRun === true, deadline });
    if (!loaded.ok) return await reportEarly(context, loaded.error);
    const router = commandRouter(context, loaded.value);
    const limits = { deadline, timeoutMs: timeoutMs.value };
    const given = { loaded: loaded.value, words, options, field: field.value, ...limits };
    const code = await routeAndRun(context, router, given).finally(() => router.close());
    if (options.dryRun !== true) await loaded.value.keep();
    return code;
  } finally {
    deadline.dispose();
  }
}

async function routeAndRun(context: CommandContext, router: Router, given: GivenRequest): Promise<number> {
  const { options, deadline, loaded, field } = given;
  const request = await requestOf(context, given);
  if (!request.ok) return reportEarly(context, { failure: request.error });
  const planned = await router.plan(request.value);
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
    confirm: options.yes === true ? async () => true : () => proceed(context, deadline.signal),
  });
  const nowMs = context.world.clock.now();
  await keepTraces(traceDirOf(context, loaded), { config: router.config, nowMs });
  await router.upkeep();
  return code;
}

/** `--timeout`, ms; `null` without one. */
function timeoutOf({ timeout }: ExecOptions): Result<number | null, Failure> {
  const parsed = timeout === undefined ? ok(null) : parseDuration(timeout);
  return parsed.ok ? parsed : err(failure('usage', `--timeout: ${parsed.error}`));
}

/** Bounds the whole invocation, the wait for stdin included; it also ends when stdout is closed. */
function deadlineOf({ world, output }: CommandContext, timeoutMs: number | null) {
  const deadline = startDeadline({
    timeoutMs,
    timeoutOption: '--timeout',
    cancel: [world.signal],
    monotonicMs: world.clock.monotonic,
  });
  const onClosed = (): void => deadline.stop(failure('cancelled', 'the reader of stdout closed it'));
  output.closed.addEventListener('abort', onClosed, { once: true });
  return deadline;
}

async function explain({ output }: CommandContext, planned: Planned): Promise<void> {
  await output.say(planScreen(planned, await output.paint('stderr')));
}

async function showDryRun(
  context: CommandContext,
  given: { router: Router; planned: Planned; deadline: Deadline; field: string[] | null },
): Promise<number> {
  const { router, planned, deadline } = given;
  const invocation = router.describe(planned, deadline);
  const shown = outputFormat(context, { live: false, field: given.field });
  await shown.planned(invocation, planned);
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
    confirm: () => Promise<boolean>;
  },
): Promise<number> {
  const { output, world } = context;
  const { router, planned, deadline, confirm } = input;
  const file = await answerFile(world.cwd, input.file, input.deadline.signal);
  if (!file.ok) return reportEarly(context, { failure: file.error });
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
  const invocation = await router.complete(planned, { deadline, events: [emit], confirm, ...logOf(context) });
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
async function proceed({ output }: CommandContext, signal: AbortSignal): Promise<boolean> {
  const answer = await output.ask('Proceed? [y/N] ', signal);
  return answer === null || /^y(es)?$/i.test(answer.trim());
}
