import type { RouterConfig } from '../../config/types.js';
import { startDeadline } from '../../deadline.js';
import type { Deadline } from '../../domain/deadline.js';
import { parseDuration } from '../../domain/duration.js';
import type { RunEvent } from '../../domain/events.js';
import { exitCodeOf, type Failure, failure } from '../../domain/failure.js';
import type { Invocation } from '../../domain/invocation.js';
import type { Request, Resume } from '../../domain/request.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Planned } from '../../router/planned.js';
import type { Router } from '../../router/router.js';
import { keepTraces } from '../../router/traces.js';
import { type AnswerFile, answerFile } from '../answer-file.js';
import { commandRouter, loadTrusted, traceDirOf, type UsableConfig } from '../config.js';
import type { CommandContext } from '../context.js';
import { type OutputFormat, outputFormat } from '../formats/format.js';
import { logOf } from '../log.js';
import { narrate, sayRunFailure } from '../narrate.js';
import type { StdoutFormat } from '../output.js';
import { planScreen } from '../plan-screen.js';
import { assemblePrompt, readText } from '../prompt.js';
import { printFailure, reportEarly } from '../report.js';
import { findSession } from '../resume.js';
import { buildRequest, type ExecOptions, withEnvironment } from './exec-request.js';

/** Routes and runs one request; returns the exit code. */
export async function runExec(context: CommandContext, words: string[], given: ExecOptions): Promise<number> {
  const options = withEnvironment(given, context.world.env);
  context.output.raw = options.raw === true;
  const timeoutMs = timeoutOf(options);
  if (!timeoutMs.ok) return reportEarly(context, { failure: timeoutMs.error });
  const deadline = deadlineOf(context, timeoutMs.value);
  context.output.setDrainSignal(deadline.signal);
  try {
    const loaded = await loadTrusted(context, { dryRun: options.dryRun === true, deadline });
    if (!loaded.ok) return await reportEarly(context, loaded.error);
    const router = commandRouter(context, loaded.value);
    const given = { loaded: loaded.value, words, options, deadline, timeoutMs: timeoutMs.value };
    return await routeAndRun(context, router, given).finally(() => router.close());
  } finally {
    deadline.dispose();
  }
}

async function routeAndRun(context: CommandContext, router: Router, given: GivenRequest): Promise<number> {
  const { options, deadline, loaded } = given;
  const request = await requestOf(context, given);
  if (!request.ok) return reportEarly(context, { failure: request.error });
  const planned = await router.plan(request.value);
  if (!planned.ok) return reportEarly(context, { failure: planned.error });
  if (options.dryRun === true) return showDryRun(context, { router, planned: planned.value, deadline });
  if (options.explain === true) await explain(context, planned.value);
  const code = await execute(context, {
    router,
    planned: planned.value,
    deadline,
    file: options.output,
    confirm: options.yes === true ? async () => true : () => proceed(context, deadline.signal),
  });
  const nowMs = context.world.clock.now();
  await keepTraces(traceDirOf(context, loaded), { config: router.config, nowMs });
  await router.upkeep();
  return code;
}

interface GivenRequest {
  loaded: UsableConfig;
  words: string[];
  options: ExecOptions;
  deadline: Deadline;
  timeoutMs: number | null;
}

async function requestOf(context: CommandContext, given: GivenRequest): Promise<Result<Request, Failure>> {
  const { options, words, deadline } = given;
  const prompt = await assemblePrompt(
    context,
    { words, file: options.promptFile ?? null, contexts: options.context, readStdin: options.stdin },
    deadline,
  );
  if (!prompt.ok) return prompt;
  const system = await systemOf(context, options);
  if (!system.ok) return system;
  const schema =
    options.schema === undefined ? ok(null) : await readText(context, options.schema, '--schema');
  if (!schema.ok) return schema;
  const resume = await resumeOf(context, given);
  if (!resume.ok) return resume;
  const patience = patienceOf(options);
  if (!patience.ok) return patience;
  return buildRequest(context, options, {
    prompt: prompt.value,
    system: system.value,
    schema: schema.value,
    resume: resume.value,
    timeoutMs: given.timeoutMs,
    patienceMs: patience.value,
    stream: isLive(context, given),
  });
}

/** Text is shown as it comes on a terminal, or where `--stream` says so; never into a file or a document. */
function isLive({ world, output }: CommandContext, { options }: GivenRequest): boolean {
  return output.format === 'text' && isToStdout(options) && (options.stream ?? world.stdout.isTerminal);
}

function isToStdout({ output }: ExecOptions): boolean {
  return output === undefined || output === '-';
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

/** How long to wait beyond an ordinary retry, ms; none by default. */
function patienceOf({ patience = '0' }: ExecOptions): Result<number, Failure> {
  if (/^0(ms|s|m|h)?$/.test(patience)) return ok(0);
  const parsed = parseDuration(patience);
  return parsed.ok ? parsed : err(failure('usage', `--patience: ${parsed.error}`));
}

async function systemOf(
  context: CommandContext,
  options: ExecOptions,
): Promise<Result<string | null, Failure>> {
  if (options.systemFile === undefined) return ok(options.system ?? null);
  if (options.system !== undefined) {
    return err(failure('usage', 'give either `--system` or `--system-file`, not both'));
  }
  return readText(context, options.systemFile, '--system-file');
}

async function resumeOf(
  context: CommandContext,
  { options, loaded }: GivenRequest,
): Promise<Result<Resume | null, Failure>> {
  if (options.resume === undefined) return ok(null);
  const session = await findSession(traceDirOf(context, loaded), options.resume);
  if (!session.ok) return session;
  const { tool, invocationId } = session.value;
  if (options.tool === undefined || options.tool === tool) return session;
  const message = `invocation \`${invocationId}\` ran on \`${tool}\`, and only that tool can continue its session`;
  return err(failure('usage', message, { hint: 'leave `--tool` out' }));
}

async function explain({ output }: CommandContext, planned: Planned): Promise<void> {
  await output.say(planScreen(planned, await output.paint('stderr')));
}

async function showDryRun(
  context: CommandContext,
  given: { router: Router; planned: Planned; deadline: Deadline },
): Promise<number> {
  const { router, planned, deadline } = given;
  const invocation = router.describe(planned, deadline);
  const shown = outputFormat(context, { live: false });
  await shown.planned(invocation, planned);
  for (const warning of invocation.warnings) await context.output.warn(warning);
  if (invocation.failure === null) return 0;
  await printFailure(context.output, invocation.failure);
  return exitCodeOf(invocation.failure);
}

async function execute(
  context: CommandContext,
  input: {
    router: Router;
    planned: Planned;
    deadline: Deadline;
    file: string | undefined;
    confirm: () => Promise<boolean>;
  },
): Promise<number> {
  const { output, world } = context;
  const { router, planned, deadline, confirm } = input;
  const file = await answerFile(world.cwd, input.file);
  if (!file.ok) return reportEarly(context, { failure: file.error });
  const shown = outputFormat(context, { live: planned.request.stream });
  const emit = async (event: RunEvent): Promise<void> => {
    await shown.event(event);
    if (output.logFormat === 'text') await narrate(context, planned, event);
  };
  await sayWhatIsKept(context, router.config, planned);
  const invocation = await router.complete(planned, { deadline, emit, confirm, ...logOf(context) });
  if (output.closed.aborted) return 0;
  return conclude(context, { shown, invocation, file: file.value });
}

/** On a terminal: what is typed here is kept on disk. */
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

async function conclude(
  context: CommandContext,
  given: { shown: OutputFormat; invocation: Invocation; file: AnswerFile | null },
): Promise<number> {
  const { shown, file } = given;
  const { format } = context.output;
  const unwritten = await writeAnswer(file, given.invocation.text);
  const invocation = unwritten === null ? given.invocation : undelivered(given.invocation, unwritten, format);
  await shown.finished(invocation, file !== null && unwritten === null);
  for (const warning of invocation.warnings) await context.output.warn(warning);
  if (invocation.failure === null) return 0;
  if (unwritten !== null || format !== 'text') await printFailure(context.output, invocation.failure);
  else await sayRunFailure(context, invocation);
  return exitCodeOf(invocation.failure);
}

async function writeAnswer(file: AnswerFile | null, text: string | null): Promise<Failure | null> {
  return file === null || text === null ? null : file.write(text);
}

/** The run has cost what it cost: its answer stays in the document, or goes to stdout. */
function undelivered(invocation: Invocation, unwritten: Failure, format: StdoutFormat): Invocation {
  const place = format === 'text' ? 'on stdout' : 'in `text` of the document on stdout';
  const failed: Failure = { ...unwritten, hint: `the answer is ${place}` };
  return { ...invocation, status: 'failed', failure: failed };
}
