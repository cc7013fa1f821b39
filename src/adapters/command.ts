import type { CommandTool } from '../config/types.js';
import { failedOutcome, type Outcome } from '../domain/attempt.js';
import type { Failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import { COUNTERS } from '../domain/usage.js';
import type {
  Adapter,
  AdapterContext,
  AdapterEvent,
  Call,
  Environment,
  Host,
  Preview,
  Task,
} from './adapter.js';
import { answerLimit, isPassedOn } from './command/answer-limit.js';
import { availability } from './command/availability.js';
import { childEnvironment, secretValues, variableTrouble } from './command/environment.js';
import { troubleOfFolder } from './command/find-binary.js';
import { follow } from './command/follow.js';
import { gatewayTarget } from './command/gateway-url.js';
import { markerOf } from './command/marker.js';
import { meterOf } from './command/meter.js';
import { createOutputReader, MAX_LINE_BYTES, type OutputReader } from './command/output.js';
import { placesIn, SHOWN_GATEWAY, SHOWN_PLACES } from './command/placeholder-values.js';
import {
  newFolderPath,
  openPrivateFolder,
  type PrivateFolder,
  readWritten,
} from './command/private-files.js';
import type { ProcessEnd, ProcessSpec } from './command/process-spec.js';
import { type FinishedRun, outcomeOf } from './command/run.js';
import { sessionSource } from './command/session-source.js';
import { type CommandLine, commandLine, ignoredOptions } from './command/values.js';
import { translationOf } from './command/windows.js';
import type { Translation } from './command/wsl.js';
import { refused } from './refused.js';

type CommandTask = Task<CommandTool>;

/** A command line that is ready to start, except for the paths of private files. */
interface CommandCall extends Call<CommandTool> {
  line: CommandLine;
  platform: NodeJS.Platform;
}

/** One whose paths are known. */
interface FilledCall extends CommandCall {
  /** Of paths, for a program of Windows in WSL. */
  translation: Translation | null;
}

/** Runs tools that are subprocesses: coding-agent CLIs and local models. */
export const commandAdapter: Adapter<CommandTool, CommandCall> = {
  kind: 'command',
  availability,
  prepare,
  run,
  secrets: secretValues,
  ignored: ignoredOptions,
};

/** Problems that prevent a start, in the order in which to fix them. */
function prepare(task: CommandTask, { env, platform }: Host): Result<CommandCall, Failure> {
  const line = commandLine(task, { places: SHOWN_PLACES, platform, env, gatewayUrl: SHOWN_GATEWAY });
  if (!line.ok) return line;
  const trouble =
    variableTrouble(task, env) ??
    gatewayTrouble(task, env) ??
    (task.isCwdMade === true ? null : folderTrouble(task));
  if (trouble !== null) return err(trouble);
  const { stdin, previewArgv: argv } = line.value;
  const preview: Preview = { argv, stdin: stdin === null ? 'closed' : 'prompt' };
  return ok({ task, line: line.value, platform, preview });
}

function gatewayTrouble(task: CommandTask, env: Environment): Failure | null {
  const target = task.usesGateway ? gatewayTarget(task, env) : null;
  return target === null || target.ok ? null : target.error;
}

/** A start in a folder that is missing would fail as if the program were missing. */
function folderTrouble(task: CommandTask): Failure | null {
  const trouble = troubleOfFolder(task.cwd);
  return trouble === null
    ? null
    : refused(task, 'input', `the working directory \`${task.cwd}\` ${trouble}`, null);
}

async function* run(call: CommandCall, context: AdapterContext): AsyncGenerator<AdapterEvent, Outcome, void> {
  const { task } = call;
  const trouble = folderTrouble(task);
  if (trouble !== null) return failedOutcome(trouble);
  const path = call.line.needsFolder ? newFolderPath(context.tmpDir) : null;
  await context.recorder?.beforeStart(path);
  const program = task.binaryPath ?? task.tool.binary.value;
  const translation = await translationOf(program, { env: context.env, platform: call.platform });
  const line = filledLine(call, context, { folder: path, translation });
  if (!line.ok) return failedOutcome(line.error);
  const filled = { ...call, line: line.value, translation };
  if (path === null) return yield* runIn(filled, context, null);
  const folder = await openPrivateFolder(path, line.value);
  if (!folder.ok)
    return failedOutcome(refused(task, 'input', folder.error, 'free the disk, or set `TMPDIR`'));
  try {
    return yield* runIn(filled, context, folder.value);
  } finally {
    await folder.value.remove();
  }
}

/** The paths of private files, those for Windows and the URL of the gateway are known only right before the start. */
function filledLine(
  { task, line, platform }: CommandCall,
  { env, gatewayUrl }: AdapterContext,
  { folder, translation }: { folder: string | null; translation: Translation | null },
): Result<CommandLine, Failure> {
  if (folder === null && gatewayUrl === null && translation === null) return ok(line);
  const places = folder === null ? SHOWN_PLACES : placesIn(folder);
  return commandLine(task, { places, platform, env, gatewayUrl, translation });
}

async function* runIn(
  { task, line, translation }: FilledCall,
  context: AdapterContext,
  folder: PrivateFolder | null,
): AsyncGenerator<AdapterEvent, Outcome, void> {
  const env = environmentOf({ task, line, translation }, context, folder);
  const { tellsUsage } = context;
  const reader = readerFor(task, { tellsUsage });
  const spec = specOf({ task, context, line, env });
  const seen = yield* follow(spec, {
    reader,
    meter: meterOf(task, { tellsUsage, reader }),
    publicArgv: line.publicArgv,
    recorder: context.recorder,
    translation,
  });
  const [outputFile, usageFile] = await writtenFiles(task.tool, folder);
  const session = endedWell(task.tool, seen) ? await sessionSource(task, context) : null;
  const overSize = seen.overSize || outputFile === 'too_large' || usageFile === 'too_large';
  const reading = reader.finish({
    outputFile: bytesOf(outputFile),
    usageFile: bytesOf(usageFile),
    session: session !== null && 'bytes' in session ? session.bytes : null,
  });
  if (session !== null && 'problem' in session)
    reading.warnings.push(`its session is unknown: ${session.problem}`);
  for (const event of reading.late)
    if (event.type !== 'over_size') yield translation?.toLocal(event) ?? event;
  return concluded(
    {
      task,
      program: line.argv[0] ?? task.tool.binary.value,
      end: seen.end,
      reading: { ...reading, overSize: overSize || reading.overSize },
      cancelled: context.deadline.failure,
      redact: context.redact,
    },
    context.now(),
  );
}

/** The tool ended by itself, with the exit code of a success. */
function endedWell(
  { okExitCodes }: CommandTool,
  { end, overSize }: { end: ProcessEnd; overSize: boolean },
): boolean {
  return !overSize && end.ended === 'exit' && end.exitCode !== null && okExitCodes.includes(end.exitCode);
}

/** The outcome of a run. The words of limits are loaded only for a failure, and the parser of times only if a tool names one. */
export async function concluded(run: FinishedRun, nowMs: number): Promise<Outcome> {
  const outcome = outcomeOf(run);
  if (outcome.failure === null) return outcome;
  const { limitMentionsOf } = await import('./command/limit-mentions.js');
  const mentions = limitMentionsOf(run);
  if (mentions.length === 0) return outcome;
  const { limitEnd } = await import('../domain/limit-time.js');
  const end = limitEnd(mentions, { nowMs, zone: 'system' });
  return { ...outcome, failure: { ...outcome.failure, ...end } };
}

function environmentOf(
  { task, line, translation }: Pick<FilledCall, 'task' | 'line' | 'translation'>,
  { env, slots, gatewayUrl, family, traceparent }: AdapterContext,
  folder: PrivateFolder | null,
): Record<string, string> {
  const tmpDir = task.tool.privateTmp ? (folder?.tmp ?? null) : null;
  const isLocal = gatewayUrl !== null;
  const { variables } = line;
  return childEnvironment(task, {
    env,
    variables,
    traceparent,
    tmpDir,
    slots,
    isLocal,
    family,
    translation,
  });
}

/** Reads the output of a task by the definition of its tool. */
export function readerFor(task: CommandTask, { tellsUsage } = { tellsUsage: false }): OutputReader {
  const { tool } = task;
  const watch = tool.failures.flatMap(({ when }) => (when.pointer === null ? [] : [when.pointer]));
  const gather = tool.failures
    .flatMap(({ resetAt, retryAfter }) => [resetAt, retryAfter])
    .flatMap((mention) => (mention?.kind === 'selected' ? mention.selectors : []));
  const { usageSoFar } = tool.output;
  const soFar = tellsUsage ? COUNTERS.flatMap((counter) => usageSoFar[counter]) : [];
  return createOutputReader(tool.output, {
    answerBytes: answerLimit(task),
    isPassedOn: isPassedOn(task),
    lineBytes: MAX_LINE_BYTES,
    watch,
    gather: [...gather, ...soFar],
  });
}

function specOf(from: {
  task: CommandTask;
  context: AdapterContext;
  line: CommandLine;
  env: Record<string, string>;
}): ProcessSpec {
  const { task, context, line, env } = from;
  const { deadline, urgent, monotonicMs } = context;
  return {
    argv: line.argv,
    cwd: task.cwd,
    env,
    marker: markerOf(task.ids),
    leaveRunning: task.tool.leaveRunning,
    stdin: line.stdin,
    tmpDir: context.tmpDir,
    timeoutMs: task.timeoutMs,
    idleTimeoutMs: task.tool.output.atExit ? null : task.idleTimeoutMs,
    graceMs: task.tool.graceMs,
    signal: deadline.signal,
    urgent,
    monotonicMs,
  };
}

function writtenFiles(tool: CommandTool, folder: PrivateFolder | null) {
  const read = (path: string | undefined) =>
    path === undefined ? null : readWritten(path, tool.maxOutputBytes);
  return Promise.all([read(folder?.places.outputFile), read(folder?.places.usageFile)]);
}

function bytesOf(written: Uint8Array | 'too_large' | null): Uint8Array | null {
  return written === 'too_large' ? null : written;
}
