import type { Adapter, AdapterContext, AdapterEvent, Call, Task } from '../adapters/adapter.js';
import type { AdapterOf } from '../adapters/registry.js';
import type { CustomTool, RouterConfig } from '../config/types.js';
import { firstAbort } from '../domain/abort.js';
import { FINISH_REASONS, type FinishReason, failedOutcome, type Outcome } from '../domain/attempt.js';
import { toMicroUsd } from '../domain/cost.js';
import type { Deadline } from '../domain/deadline.js';
import { FAILURES, type Failure, failure } from '../domain/failure.js';
import { lookup } from '../domain/lookup.js';
import { ok } from '../domain/result.js';
import { NO_USAGE } from '../domain/usage.js';
import { reasonOf } from '../files.js';
import type { ToolAdapter, ToolResult, ToolTask } from './adapter.js';
import { OptionError } from './errors.js';

/** Adapters by the name of the tool. */
export type ToolAdapters = Readonly<Record<string, ToolAdapter>>;

/** The adapters of a router: those of the program for its tools, ours for all others. Throws an `OptionError`. */
export function withAdapters(own: ToolAdapters, config: RouterConfig, adapterOf: AdapterOf): AdapterOf {
  const wrong = Object.keys(own).find((name) => lookup(config.tools, name)?.kind !== 'custom');
  if (wrong !== undefined)
    throw new OptionError(
      failure('usage', `\`adapters\` has \`${wrong}\`, which is no tool of kind \`custom\``, {
        hint: `define it in the config: \`tools: { ${wrong}: { kind: custom } }\``,
      }),
    );
  const adapters = new Map(Object.entries(own).map(([name, adapter]) => [name, adapted(adapter) as Adapter]));
  return (tool) => adapters.get(tool.name) ?? adapterOf(tool);
}

function adapted(own: ToolAdapter): Adapter<CustomTool> {
  return {
    kind: 'custom',
    availability: () => {
      const detail = own.unavailable?.() ?? null;
      if (detail === null) return { available: true, path: null };
      return { available: false, reason: 'tool_not_found', detail, hint: null };
    },
    prepare: (task) => ok({ task, preview: { inProcess: true } }),
    ignored: () => [],
    secrets: () => [],
    run: (call, context) => run(own, call, context),
  };
}

async function* run(
  own: ToolAdapter,
  { task }: Call<CustomTool>,
  context: AdapterContext,
): AsyncGenerator<AdapterEvent, Outcome, void> {
  yield { type: 'started', argv: null, pid: null };
  const limit = timeLimit(task, context);
  let text = '';
  try {
    const answer = own.run(shownTask(task), { signal: limit.signal });
    for (;;) {
      const step = await Promise.race([answer.next(), limit.reached]);
      if (step === null) return { ...failedOutcome(limit.failure()), text };
      if (step.done === true) return outcomeOf(step.value ?? {}, text, task);
      text += String(step.value);
      yield { type: 'delta', text: String(step.value) };
    }
  } catch (error) {
    const failed = context.deadline.failure ?? brokenOff(task, error);
    return { ...failedOutcome(failed), text };
  } finally {
    limit.stop();
  }
}

/** Ends with the run, or after the time of one attempt. */
function timeLimit(
  { tool, timeoutMs, modelName: model }: Task<CustomTool>,
  { deadline, urgent }: AdapterContext,
) {
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(), timeoutMs);
  const { signal, release } = firstAbort([deadline.signal, urgent, own.signal]);
  const reached = new Promise<null>((resolve) => {
    if (signal.aborted) resolve(null);
    signal.addEventListener('abort', () => resolve(null), { once: true });
  });
  const late = failure('timeout', `\`${tool.name}\` did not finish within ${timeoutMs} ms`, {
    phase: 'attempt',
    tool: tool.name,
    model,
  });
  return {
    signal,
    reached,
    failure: () => (deadline as Deadline).failure ?? late,
    stop: () => {
      clearTimeout(timer);
      // What the adapter still does is not waited for.
      own.abort();
      release();
    },
  };
}

function shownTask(task: Task<CustomTool>): ToolTask {
  const { tool, modelId, turns, ids, agent, prompt, system, access, effort, schema, cwd } = task;
  const { maxTokens, temperature, stop } = task;
  const given = { agent, prompt, system, access, effort, schema, cwd, maxTokens, temperature, stop };
  const { invocationId, traceId } = ids;
  return { tool: tool.name, model: modelId, messages: turns, ...given, invocationId, traceId };
}

function outcomeOf(result: ToolResult, text: string, task: Task<CustomTool>): Outcome {
  const { usage, costUsd, data = null, finishReason = 'stop', responseModel = null } = result;
  // A program in JavaScript may give any word.
  const reason = FINISH_REASONS.includes(finishReason) ? finishReason : 'unknown';
  const failed = failureOf(result, task) ?? failureOfAnswer({ text, data, reason }, task);
  return {
    ...failedOutcome(failed ?? noAnswer(task)),
    failure: failed,
    text,
    usage: usage === undefined ? null : { ...NO_USAGE, ...usage },
    reportedCostMicroUsd: costUsd === undefined ? null : toMicroUsd(costUsd),
    data,
    responseModel,
    finishReason: reason,
  };
}

/** The failure that an adapter reports. */
function failureOf({ failure: failed }: ToolResult, task: Task<CustomTool>): Failure | null {
  if (failed === undefined) return null;
  const { type, message, hint = null, retryAfterMs = null } = failed;
  const known = Object.hasOwn(FAILURES, type) ? type : 'provider_error';
  return failure(known, message, { hint, retryAfterMs, ...sideOf(task) });
}

/** Why what an adapter gave as an answer is none. */
function failureOfAnswer(
  { text, data, reason }: Pick<Outcome, 'text' | 'data'> & { reason: FinishReason },
  task: Task<CustomTool>,
): Failure | null {
  const { name } = task.tool;
  if (reason === 'content_filter') return failure('refused', `\`${name}\` refused to answer`, sideOf(task));
  if (reason === 'error') return failure('provider_error', `\`${name}\` ended in an error`, sideOf(task));
  return text.trim() === '' && data === null ? noAnswer(task) : null;
}

function noAnswer(task: Task<CustomTool>): Failure {
  return failure('invalid_response', `\`${task.tool.name}\` gave no answer`, sideOf(task));
}

function brokenOff(task: Task<CustomTool>, error: unknown): Failure {
  const message = `the adapter of \`${task.tool.name}\` failed: ${reasonOf(error)}`;
  return failure('provider_error', message, sideOf(task));
}

function sideOf({ tool, modelName: model }: Task<CustomTool>): { tool: string; model: string | null } {
  return { tool: tool.name, model };
}
