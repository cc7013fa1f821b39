import type { Adapter, AdapterContext, AdapterEvent, Call, Task } from '../adapters/adapter.js';
import type { AdapterOf } from '../adapters/registry.js';
import type { CustomTool, RouterConfig } from '../config/types.js';
import { firstAbort } from '../domain/abort.js';
import { failedOutcome, type Outcome } from '../domain/attempt.js';
import { toMicroUsd } from '../domain/cost.js';
import type { Deadline } from '../domain/deadline.js';
import { failure } from '../domain/failure.js';
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

function outcomeOf(result: ToolResult, text: string, { tool, modelName }: Task<CustomTool>): Outcome {
  const {
    usage,
    costUsd,
    data = null,
    finishReason = 'stop',
    responseModel = null,
    failure: failed,
  } = result;
  const known = {
    text,
    usage: usage === undefined ? null : { ...NO_USAGE, ...usage },
    reportedCostMicroUsd: costUsd === undefined ? null : toMicroUsd(costUsd),
    data,
    responseModel,
  };
  if (failed === undefined) {
    const empty = failure('invalid_response', `\`${tool.name}\` gave no answer`, { tool: tool.name });
    const isEmpty = text.trim() === '' && data === null;
    return { ...failedOutcome(empty), ...known, failure: isEmpty ? empty : null, finishReason };
  }
  const { type, message, hint = null, retryAfterMs = null } = failed;
  const more = { hint, retryAfterMs, tool: tool.name, model: modelName };
  return { ...failedOutcome(failure(type, message, more)), ...known };
}

function brokenOff({ tool, modelName: model }: Task<CustomTool>, error: unknown) {
  const message = `the adapter of \`${tool.name}\` failed: ${reasonOf(error)}`;
  return failure('provider_error', message, { tool: tool.name, model });
}
