import { invocationDocument } from '../../domain/document.js';
import type { RunEvent } from '../../domain/events.js';
import { exitCodeOf, type Failure, failure } from '../../domain/failure.js';
import type { Invocation } from '../../domain/invocation.js';
import type { Request } from '../../domain/request.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Planned, Router } from '../../router/router.js';
import { type AnswerFile, answerFile } from '../answer-file.js';
import { commandRouter, loadTrusted } from '../config.js';
import type { CommandContext } from '../context.js';
import { plannedDocument } from '../plan-document.js';
import { pairName, planScreen, rejectedLines } from '../plan-screen.js';
import { startProgress } from '../progress.js';
import { type AssembledPrompt, assemblePrompt, readText } from '../prompt.js';
import { printFailure, reportEarly } from '../report.js';
import { buildRequest, type ExecOptions, timeoutOf, withEnvironment } from './exec-request.js';

/** Routes and runs one request; returns the exit code. */
export async function runExec(context: CommandContext, words: string[], given: ExecOptions): Promise<number> {
  const options = withEnvironment(given, context.world.env);
  const json = options.json === true || options.format === 'json';
  const deadline = startDeadline(context, options);
  if (!deadline.ok) return reportEarly(context, { failure: deadline.error }, json);
  try {
    const loaded = await loadTrusted(context, { dryRun: options.dryRun === true });
    if (!loaded.ok) return await reportEarly(context, loaded.error, json);
    const router = commandRouter(context, loaded.value, deadline.value.signal);
    const planned = await planRequest(context, { router, words, options, deadline: deadline.value });
    if (!planned.ok) return await reportEarly(context, { failure: planned.error }, json);
    if (options.dryRun === true) return await showDryRun(context, { router, planned: planned.value, json });
    if (options.explain === true) {
      await context.output.say(
        planScreen(planned.value.plan, planned.value.previews, await context.output.paint('stderr')),
      );
    }
    const file = await openAnswerFile(context, options);
    if (!file.ok) return await reportEarly(context, { failure: file.error }, json);
    return await execute(context, { router, planned: planned.value, json, file: file.value });
  } finally {
    deadline.value.dispose();
  }
}

interface Deadline {
  timeoutMs: number | null;
  signal: AbortSignal;
  dispose: () => void;
}

/** `--timeout` bounds the whole invocation, waiting for stdin included; a stop signal and a closed pipe end it too. */
function startDeadline({ world, output }: CommandContext, options: ExecOptions): Result<Deadline, Failure> {
  const timeout = timeoutOf(options);
  if (!timeout.ok) return timeout;
  const controller = new AbortController();
  const expired = failure('timeout', `the run did not finish within ${options.timeout}`, {
    phase: 'invocation',
    hint: 'give more time with `--timeout`',
  });
  const timer = timeout.value === null ? null : setTimeout(() => controller.abort(expired), timeout.value);
  const stop = (): void => controller.abort(stopFailure(world.signal.reason));
  const gone = (): void => controller.abort(failure('cancelled', 'the reader of the output has gone'));
  world.signal.addEventListener('abort', stop, { once: true });
  output.closed.addEventListener('abort', gone, { once: true });
  const dispose = (): void => {
    if (timer !== null) clearTimeout(timer);
    world.signal.removeEventListener('abort', stop);
  };
  return ok({ timeoutMs: timeout.value, signal: controller.signal, dispose });
}

function stopFailure(reason: unknown): Failure {
  const phase = reason === 'SIGTERM' || reason === 'SIGHUP' ? reason : 'SIGINT';
  return failure('cancelled', `cancelled by ${phase}`, { phase });
}

async function planRequest(
  context: CommandContext,
  input: { router: Router; words: string[]; options: ExecOptions; deadline: Deadline },
): Promise<Result<Planned, Failure>> {
  const { options, words, deadline } = input;
  const prompt = await assemblePrompt(
    context,
    { words, file: options.promptFile ?? null, contexts: options.context, readStdin: options.stdin },
    deadline.signal,
  );
  if (!prompt.ok) return prompt;
  const request = await requestOf(context, { options, prompt: prompt.value, timeoutMs: deadline.timeoutMs });
  return request.ok ? input.router.plan(request.value) : request;
}

async function requestOf(
  context: CommandContext,
  { options, prompt, timeoutMs }: { options: ExecOptions; prompt: AssembledPrompt; timeoutMs: number | null },
): Promise<Result<Request, Failure>> {
  const system = await systemOf(context, options);
  if (!system.ok) return system;
  const live = options.stream ?? (context.world.stdout.isTerminal && options.output === undefined);
  const stream = live && options.json !== true && options.format === 'text' && options.output === undefined;
  return buildRequest(context, options, { prompt, system: system.value, timeoutMs, stream });
}

async function systemOf(
  context: CommandContext,
  options: ExecOptions,
): Promise<Result<string | null, Failure>> {
  if (options.systemFile === undefined) return ok(options.system ?? null);
  if (options.system !== undefined)
    return err(failure('usage', 'give either `--system` or `--system-file`, not both'));
  return readText(context, options.systemFile, '--system-file');
}

async function openAnswerFile(
  context: CommandContext,
  options: ExecOptions,
): Promise<Result<AnswerFile | null, Failure>> {
  if (options.output === undefined) return ok(null);
  return answerFile(context.world.cwd, options.output);
}

async function showDryRun(
  context: CommandContext,
  { router, planned, json }: { router: Router; planned: Planned; json: boolean },
): Promise<number> {
  const { output } = context;
  const invocation = router.describe(planned);
  if (json) await output.data(`${JSON.stringify(plannedDocument(invocation, planned.previews))}\n`);
  else await output.data(`${planScreen(planned.plan, planned.previews, await output.paint('stdout'))}\n`);
  if (invocation.failure === null) return 0;
  if (!json) await printFailure(output, invocation.failure);
  return exitCodeOf(invocation.failure);
}

async function execute(
  context: CommandContext,
  {
    router,
    planned,
    json,
    file,
  }: { router: Router; planned: Planned; json: boolean; file: AnswerFile | null },
): Promise<number> {
  const { output } = context;
  const progress = startProgress(context);
  const live = { shown: false, endsWithNewline: true };
  const emit = async (event: RunEvent): Promise<void> => {
    progress.update(event);
    if (event.type === 'output.delta' && planned.request.stream) {
      progress.stop();
      live.shown = true;
      live.endsWithNewline = event.text.endsWith('\n');
      await output.answer(event.text);
    }
    await narrate(context, planned, event);
  };
  const invocation = await router.complete(planned, { emit });
  progress.stop();
  for (const warning of invocation.warnings) await output.warn(warning);
  if (output.closed.aborted) return 0;
  const written = await deliver(context, { invocation, json, file, live });
  if (written !== null) return reportEarly(context, { failure: written }, false);
  if (invocation.failure === null) return 0;
  if (!json) await printRunFailure(context, invocation);
  return exitCodeOf(invocation.failure);
}

/** Writes the answer or the document; returns why the answer file could not be written. */
async function deliver(
  { output }: CommandContext,
  {
    invocation,
    json,
    file,
    live,
  }: {
    invocation: Invocation;
    json: boolean;
    file: AnswerFile | null;
    live: { shown: boolean; endsWithNewline: boolean };
  },
): Promise<Failure | null> {
  const { text } = invocation;
  if (file !== null && text !== null) {
    const failed = await file.write(text);
    if (failed !== null) return failed;
  }
  if (json) {
    const { text: answer, data, ...rest } = invocationDocument(invocation);
    const document = {
      ...invocationDocument(invocation),
      ...output.redactor().value(rest),
      text: answer,
      data,
    };
    await output.answer(`${JSON.stringify(document)}\n`);
  } else if (live.shown) {
    if (!live.endsWithNewline) await output.answer('\n');
  } else if (file === null && text !== null) {
    await output.answer(text.endsWith('\n') || text === '' ? text : `${text}\n`);
  }
  return null;
}

/** What a person wants to know while it happens: a fallback, and with `--verbose` every attempt. */
async function narrate(
  { output, globals }: CommandContext,
  planned: Planned,
  event: RunEvent,
): Promise<void> {
  if (event.type === 'plan') await announce(output, planned);
  if (event.type === 'fallback') {
    const { from, to, failure: failed } = event;
    await output.say(
      `${pairName(from)} failed (${failed.type}: ${failed.message}), trying fallback ${pairName(to)}`,
    );
  }
  if (!globals.verbose) return;
  if (event.type === 'attempt.started') {
    const argv = event.argv === null ? '' : `: ${event.argv.join(' ')}`;
    await output.say(`attempt ${event.attempt}: ${pairName(event.candidate)}${argv}`);
  }
  if (event.type === 'attempt.finished') {
    await output.say(`attempt ${event.attempt}: ${event.record.status} after ${event.record.latencyMs} ms`);
  }
}

/** Says when the run starts with somebody else than the one that was preferred. */
async function announce(output: CommandContext['output'], { plan }: Planned): Promise<void> {
  const [first] = plan.candidates;
  if (first === undefined) return;
  const rules = first.because.map(({ rule }) => rule);
  const primary = plan.rejected.find(({ because }) => because.every(({ rule }) => rule !== 'fallback'));
  if (rules.includes('fallback') && primary !== undefined) {
    await output.say(
      `Primary tool ${primary.tool ?? primary.model} unavailable, trying fallback: ${pairName(first)} (${primary.detail})`,
    );
  }
  if (rules.includes('first_usable')) {
    await output.say(
      `no config found: using ${pairName(first)}, the first usable built-in tool. Run \`llm-router config init\` to choose`,
    );
  }
}

async function printRunFailure(
  context: CommandContext,
  { failure: failed, plan }: Invocation,
): Promise<void> {
  const { output } = context;
  if (failed === null) return;
  if (plan.candidates.length > 0 || plan.rejected.length < 2) {
    await printFailure(output, failed);
    if (failed.stderrTail !== null && context.globals.verbose) await output.error(failed.stderrTail);
    return;
  }
  const paint = await output.paint('stderr');
  const headline = failed.message.replace(/ \(.*$/s, '');
  const lines = plan.rejected.flatMap((rejected) => rejectedLines(rejected, paint));
  await output.error(
    [`${paint.error('error:')} ${headline} ${paint.dim(`[${failed.type}]`)}`, ...lines].join('\n'),
  );
}
