import type { CommandTool } from '../config/types.js';
import { failedOutcome, type Outcome } from '../domain/attempt.js';
import type { Availability } from '../domain/facts.js';
import type { Failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import type {
  Adapter,
  AdapterContext,
  AdapterEvent,
  Environment,
  Host,
  Preview,
  ProcessRecorder,
  Task,
} from './adapter.js';
import { answerLimit, isPassedOn } from './command/answer-limit.js';
import { childEnvironment, missingVariable, missingVariables, secretValues } from './command/environment.js';
import { findBinary, isFolder, isPath } from './command/find-binary.js';
import { markerOf } from './command/marker.js';
import { meterOf } from './command/meter.js';
import { createOutputReader, MAX_LINE_BYTES, type OutputReader } from './command/output.js';
import { type PrivatePlaces, SHOWN_PLACES } from './command/placeholder-values.js';
import {
  newFolderPath,
  openPrivateFolder,
  type PrivateFolder,
  readWritten,
} from './command/private-files.js';
import type { ProcessEnd, ProcessSpec } from './command/process-spec.js';
import { type FinishedRun, limitMentionsOf, outcomeOf } from './command/run.js';
import { runProcess } from './command/subprocess.js';
import { traceparent } from './command/traceparent.js';
import { type CommandLine, commandLine, ignoredOptions } from './command/values.js';
import { refused } from './refused.js';

type CommandTask = Task<CommandTool>;

/** Runs tools that are subprocesses: coding-agent CLIs and local models. */
export const commandAdapter: Adapter<CommandTool> = {
  kind: 'command',
  availability,
  preview: (task, env) => {
    const ready = prepare(task, { env, platform: process.platform });
    if (!ready.ok) return ready;
    const { argv, stdin } = ready.value.line;
    return ok<Preview>({ argv, stdin: stdin === null ? 'closed' : 'prompt' });
  },
  run,
  secrets: secretValues,
  ignored: ignoredOptions,
};

function availability(tool: CommandTool, host: Host): Availability {
  const search = findBinary(tool.binary.value, host);
  if (!search.found) return { available: false, reason: 'tool_not_found', ...notFound(tool) };
  const [missing] = missingVariables(tool, host.env);
  if (missing === undefined) return { available: true, path: search.path };
  const reason = 'tool_not_found';
  return { available: false, reason, ...missingVariable(tool, missing), missingVariable: missing };
}

function notFound(tool: CommandTool): { detail: string; hint: string | null } {
  const binary = tool.binary.value;
  const detail = isPath(binary)
    ? `\`${binary}\` is not an executable file`
    : `\`${binary}\` not found in PATH`;
  return { detail, hint: tool.installHint };
}

/** Everything that is known to go wrong before a start, in the order in which a person would mend it. */
function prepare(task: CommandTask, host: Host): Result<{ task: CommandTask; line: CommandLine }, Failure> {
  const line = commandLine(task, { places: SHOWN_PLACES, platform: host.platform });
  if (!line.ok) return line;
  const env = environmentOf(task, host.env, { folder: null, variables: line.value.variables });
  if (!env.ok) return env;
  if (!isFolder(task.cwd)) {
    return err(
      refused(task, 'input', `the working directory \`${task.cwd}\` does not exist or is no folder`, null),
    );
  }
  return ok({ task, line: line.value });
}

function environmentOf(
  task: CommandTask,
  env: Environment,
  run: { folder: PrivateFolder | null; variables: Record<string, string> },
) {
  const { traceId, invocationId } = task.ids;
  const tmpDir = task.tool.privateTmp ? (run.folder?.tmp ?? null) : null;
  const trace = traceparent(traceId, invocationId);
  return childEnvironment(task, { env, variables: run.variables, traceparent: trace, tmpDir });
}

async function* run(task: CommandTask, context: AdapterContext): AsyncGenerator<AdapterEvent, Outcome, void> {
  const host = { env: context.env, platform: process.platform };
  const located = locate(task, host);
  const ready = located.ok ? prepare(located.value, host) : located;
  if (!ready.ok) return failedOutcome(ready.error);
  const path = ready.value.line.needsFolder ? newFolderPath(context.tmpDir) : null;
  await context.recorder?.beforeStart(path);
  if (path === null) return yield* runIn(ready.value.task, context, null);
  const folder = await openPrivateFolder(path, ready.value.line);
  if (!folder.ok)
    return failedOutcome(refused(task, 'input', folder.error, 'free the disk, or set `TMPDIR`'));
  try {
    return yield* runIn(ready.value.task, context, folder.value);
  } finally {
    await folder.value.remove();
  }
}

function locate(task: CommandTask, host: Host): Result<CommandTask, Failure> {
  if (task.binaryPath !== null) return ok(task);
  const search = findBinary(task.tool.binary.value, host);
  if (search.found) return ok({ ...task, binaryPath: search.path });
  const { detail, hint } = notFound(task.tool);
  return err(refused(task, 'tool_not_found', detail, hint));
}

async function* runIn(
  task: CommandTask,
  context: AdapterContext,
  folder: PrivateFolder | null,
): AsyncGenerator<AdapterEvent, Outcome, void> {
  const places = folder?.places ?? SHOWN_PLACES;
  const line = commandLine(task, { places, platform: process.platform });
  if (!line.ok) return failedOutcome(line.error);
  const env = environmentOf(task, context.env, { folder, variables: line.value.variables });
  if (!env.ok) return failedOutcome(env.error);
  const reader = readerFor(task);
  const spec = specOf({ task, context, line: line.value, env: env.value });
  const seen = yield* follow(spec, {
    reader,
    meter: meterOf(task, reader),
    tellable: () => tellableArgv(task, places),
    recorder: context.recorder,
  });
  const [outputFile, usageFile] = await writtenFiles(task.tool, folder);
  const overSize = seen.overSize || outputFile === 'too_large' || usageFile === 'too_large';
  const reading = reader.finish({ outputFile: bytesOf(outputFile), usageFile: bytesOf(usageFile) });
  for (const event of reading.late) if (event.type !== 'over_size') yield event;
  return concluded(
    {
      task,
      end: seen.end,
      reading: { ...reading, overSize: overSize || reading.overSize },
      cancelled: context.deadline.failure,
    },
    context.now(),
  );
}

/** What can read times is loaded only where a tool tells one. */
async function concluded(run: FinishedRun, nowMs: number): Promise<Outcome> {
  const outcome = outcomeOf(run);
  const mentions = limitMentionsOf(run);
  if (outcome.failure === null || mentions.length === 0) return outcome;
  const { limitEnd } = await import('../domain/limit-time.js');
  const end = limitEnd(mentions, { nowMs, zone: 'system' });
  return { ...outcome, failure: { ...outcome.failure, ...end } };
}

function readerFor(task: CommandTask): OutputReader {
  const { tool } = task;
  const watch = tool.failures.flatMap(({ when }) => (when.pointer === null ? [] : [when.pointer]));
  const gather = tool.failures
    .flatMap(({ resetAt, retryAfter }) => [resetAt, retryAfter])
    .flatMap((mention) => (mention?.kind === 'selected' ? mention.selectors : []));
  return createOutputReader(tool.output, {
    answerBytes: answerLimit(task),
    isPassedOn: isPassedOn(task),
    lineBytes: MAX_LINE_BYTES,
    watch,
    gather,
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
    timeoutMs: task.timeoutMs,
    idleTimeoutMs: task.tool.output.atExit ? null : task.idleTimeoutMs,
    graceMs: task.tool.graceMs,
    signal: deadline.signal,
    urgent,
    monotonicMs,
  };
}

/** The arguments as they may be shown and kept: prompt and system text are private, and stand as their placeholders. */
function tellableArgv(task: CommandTask, places: PrivatePlaces): readonly string[] {
  const system = task.system === null ? null : '{system}';
  const line = commandLine({ ...task, prompt: '{prompt}', system }, { places, platform: process.platform });
  return line.ok ? line.value.argv : [];
}

/** Passes on what a process shows while it runs; too much output ends it. */
async function* follow(
  spec: ProcessSpec,
  by: {
    reader: OutputReader;
    meter: () => AdapterEvent[];
    tellable: () => readonly string[];
    recorder: ProcessRecorder | null;
  },
): AsyncGenerator<AdapterEvent, { end: ProcessEnd; overSize: boolean }, void> {
  const { reader, meter, tellable, recorder } = by;
  const running = runProcess(spec);
  try {
    for (let step = await running.next(); ; step = await running.next()) {
      if (step.done === true) return { end: step.value, overSize: false };
      if (step.value.type === 'started') {
        void recorder?.afterStart(step.value.pid);
        yield { type: 'started', argv: tellable(), pid: step.value.pid };
        continue;
      }
      for (const event of reader.push(step.value.source, step.value.bytes)) {
        if (event.type === 'over_size') return { end: STOPPED, overSize: true };
        yield event;
      }
      yield* meter();
    }
  } finally {
    await running.return(STOPPED);
  }
}

/** We ended it ourselves, and how it died means nothing. */
const STOPPED: ProcessEnd = {
  ended: 'stopped',
  exitCode: null,
  signal: null,
  firstOutputMs: null,
  tookStdin: true,
  spawnError: null,
  survivors: [],
};

function writtenFiles(tool: CommandTool, folder: PrivateFolder | null) {
  const read = (path: string | undefined) =>
    path === undefined ? null : readWritten(path, tool.maxOutputBytes);
  return Promise.all([read(folder?.places.outputFile), read(folder?.places.usageFile)]);
}

function bytesOf(written: Uint8Array | 'too_large' | null): Uint8Array | null {
  return written === 'too_large' ? null : written;
}
