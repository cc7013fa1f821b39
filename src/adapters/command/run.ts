import type { CommandTool } from '../../config/types.js';
import type { Outcome } from '../../domain/attempt.js';
import { briefDuration } from '../../domain/duration.js';
import { type Failure, failure } from '../../domain/failure.js';
import { type SettingNames, settingNames } from '../../domain/setting-names.js';
import type { Task } from '../adapter.js';
import { answerLimit } from './answer-limit.js';
import { classifyRun, type EndedRun, failureOf, quoted, waitedLimit } from './failure-rules.js';
import type { Reading } from './output.js';
import type { ProcessEnd } from './process-spec.js';
import { costShare, usageShare } from './session-share.js';

/** A finished run of a tool's process, with its output. */
export interface FinishedRun {
  task: Task<CommandTool>;
  /** What was started: the first word of the command line. */
  program: string;
  end: ProcessEnd;
  reading: Reading;
  /** Why the invocation cancelled it, if it did. */
  cancelled: Failure | null;
  /** Masks secrets. */
  redact: (text: string) => string;
}

/** The outcome of a run: answer, usage and cost as far as received, and the failure, if any. */
export function outcomeOf(run: FinishedRun): Outcome {
  const { task, reading, end } = run;
  const before = task.tool.output.usage.cumulative ? task.sessionTotals : null;
  const failed = failureOfRun(run);
  return {
    failure: failed,
    text: reading.text,
    usage: usageShare(reading.usage, before),
    reportedCostMicroUsd: costShare(reading.costMicroUsd, before),
    finishReason: failed === null ? reading.finishReason : 'error',
    responseModel: reading.responseModel,
    toolSessionId: reading.toolSessionId,
    requestId: null,
    data: reading.data,
    exitCode: end.exitCode,
    firstOutputMs: end.firstOutputMs === null ? null : Math.round(end.firstOutputMs),
    worked: end.ended !== 'not_started' && reading.worked,
    warnings: warningsOf(run, failed),
  };
}

/** The failure of a process that the system could not start. */
function spawnFailure(task: Task<CommandTool>, code: string, program: string): Failure {
  const tool = task.tool.name;
  const known = { tool, model: task.modelName };
  if (code === 'E2BIG') {
    const hint = "use `prompt: stdin` or `{prompt_file}` in the tool's definition";
    return failure('invalid_request', `the arguments of tool \`${tool}\` are too long for the system`, {
      ...known,
      hint,
    });
  }
  if (['EAGAIN', 'EMFILE', 'ENFILE', 'ENOMEM'].includes(code)) {
    return failure('overloaded', `tool \`${tool}\` cannot be started now: ${code}`, {
      ...known,
      hint: 'the system is out of processes or file handles',
    });
  }
  const why = SPAWN_CAUSES[code] ?? code;
  const hint = task.tool.installHint;
  return failure('tool_not_found', `\`${program}\` cannot be started: ${why}`, { ...known, hint });
}

const SPAWN_CAUSES: Partial<Record<string, string>> = {
  ENOENT: 'it, or the interpreter that it names, does not exist',
  EACCES: 'it is not executable',
  ENOEXEC: 'it is not a program for this system',
  EBATCH: 'it is a batch file that only a shell could read; name the program that it starts',
};

function failureOfRun(run: FinishedRun): Failure | null {
  const { task, program, end, reading } = run;
  const ended = endedRun(run);
  switch (end.ended) {
    case 'cancelled':
      return waitingNamed(cancelFailure(run), ended);
    case 'timeout':
      return waitingNamed({ ...failureOf(ended, tooLong(task)), phase: 'attempt' }, ended);
    case 'first_output':
    case 'idle':
      return waitingNamed({ ...failureOf(ended, tooQuiet(task, end.ended)), phase: end.ended }, ended);
    case 'not_started':
      return spawnFailure(task, end.spawnError ?? 'unknown', program);
    case 'stopped':
    case 'exit':
      return reading.overSize ? failureOf(ended, tooMuch(task)) : classifyRun(ended);
  }
}

/** The run as one that ended by itself. */
export function endedRun({ task, end, reading, redact }: FinishedRun): EndedRun {
  const { exitCode, signal } = end;
  return { tool: task.tool, model: task.modelName, exitCode, signal, reading, redact };
}

function cancelFailure({ task, cancelled }: FinishedRun): Failure {
  if (cancelled !== null) return cancelled;
  return failure('cancelled', `\`${task.tool.name}\` was cancelled`, {
    tool: task.tool.name,
    model: task.modelName,
  });
}

/** A timeout names the limit that the tool was waiting for, and cools down as that limit does. */
function waitingNamed(failed: Failure, ended: EndedRun): Failure {
  const waited = failed.type === 'timeout' ? waitedLimit(ended) : null;
  if (waited === null) return failed;
  const { type, words, rule } = waited;
  return {
    ...failed,
    message: `${failed.message}: \`${ended.tool.name}\` was waiting for a limit (\`${type}\`): ${quoted(ended, words, 200)}`,
    hint: rule.hint ?? 'name another tool in the `fallback_chain`, or try again later',
    waitedFor: type,
    cools: rule.cools,
  };
}

type Why = Pick<Failure, 'type' | 'message' | 'hint'>;

function tooLong({ tool, timeoutMs }: Task<CommandTool>): Why {
  const message = `\`${tool.name}\` did not finish within ${briefDuration(timeoutMs)}`;
  return { type: 'timeout', message, hint: 'raise `timeout` of the agent or the tool' };
}

function tooQuiet({ tool, idleTimeoutMs }: Task<CommandTool>, phase: 'first_output' | 'idle'): Why {
  const what = phase === 'idle' ? 'gave no more output' : 'gave no output at all';
  const message = `\`${tool.name}\` ${what} for ${briefDuration(idleTimeoutMs ?? 0)}`;
  const hint = 'raise `idle_timeout`, or set `output.at_exit` if the tool prints only at its end';
  return { type: 'timeout', message, hint };
}

function tooMuch(task: Task<CommandTool>): Why {
  const { name, maxOutputBytes } = task.tool;
  const limit = answerLimit(task);
  const message = `\`${name}\` wrote more than the limit of an answer (${limit} bytes, or one line of more than 16 MiB)`;
  const hint =
    limit === maxOutputBytes
      ? "raise `max_output` in the tool's definition"
      : plainOrShorter(settingNames(task.origin));
  return { type: 'invalid_response', message, hint };
}

/** An answer that is shown as it comes need not be kept. */
function plainOrShorter({ stream }: SettingNames): string {
  if (stream === null) return 'ask for a shorter answer';
  return `let the tool write plain text, and use ${stream}, so that the answer need not be kept`;
}

function warningsOf({ task, end, reading }: FinishedRun, failed: Failure | null): string[] {
  const name = task.tool.name;
  const warnings = reading.warnings.map((warning) => `\`${name}\`: ${warning}`);
  if (failed === null && reading.sawCut)
    warnings.push(`\`${name}\` asked for the rest of a cut answer: parts of it may be missing or repeated`);
  if (failed === null && end.ended === 'exit' && !end.tookStdin)
    warnings.push(`\`${name}\` did not read the whole prompt`);
  if (end.survivors.length > 0)
    warnings.push(`\`${name}\` left processes that could not be ended: ${end.survivors.join(', ')}`);
  return warnings;
}
