import type { Api, HttpTool } from '../config/types.js';
import type { Outcome } from '../domain/attempt.js';
import { type Failure, failure } from '../domain/failure.js';
import { err, ok, type Result } from '../domain/result.js';
import type { Adapter, AdapterContext, AdapterEvent, Call, Host } from './adapter.js';
import { anthropicMessages } from './anthropic-messages.js';
import { gemini } from './gemini.js';
import {
  type PreparedRequest,
  prepareRequest,
  secretValues,
  shownRequest,
  toolAvailability,
} from './http/request.js';
import type { HttpTask, Wire } from './http/wire.js';
import { openaiChat } from './openai-chat.js';
import { openaiResponses } from './openai-responses.js';

/** The supported protocols. A new one is one file and one line here; any other is refused in a config. */
const WIRES: Readonly<Partial<Record<Api, Wire>>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
};

/** Runs tools that are provider APIs, or local servers with the same protocols. */
export const httpAdapter: Adapter<HttpTool, ReadyCall> = {
  kind: 'http',
  availability: (tool, { env }) => toolAvailability(tool, env),
  prepare,
  run,
  secrets: secretValues,
  ignored: (task) =>
    [...(wireOf(task)?.ignored(task) ?? []), ...(task.maxCostMicroUsd === null ? [] : ['max_cost_usd'])].map(
      (option) => ({ option, detail: detailOf(task, option) }),
    ),
};

function detailOf({ tool, modelName }: HttpTask, option: string): string {
  return option === 'effort'
    ? `model \`${modelName}\` does not take it`
    : `the API of \`${tool.name}\` does not support it`;
}

/** A request that is ready to be sent. */
interface ReadyCall extends Call<HttpTool> {
  wire: Wire;
  request: PreparedRequest;
}

function prepare(task: HttpTask, { env }: Host): Result<ReadyCall, Failure> {
  const wire = wireOf(task);
  if (wire === null) return err(unspoken(task));
  const request = prepareRequest(wire, task, env);
  if (!request.ok) return request;
  return ok({ task, wire, request: request.value, preview: { request: shownRequest(request.value) } });
}

async function* run(call: ReadyCall, context: AdapterContext): AsyncGenerator<AdapterEvent, Outcome, void> {
  yield { type: 'started', argv: null, pid: null };
  const { attemptCall } = await import('./http/attempt.js');
  return yield* attemptCall(call, context);
}

function wireOf({ tool, model }: HttpTask): Wire | null {
  return WIRES[model?.api ?? tool.api] ?? null;
}

/** A validated config never has it; one that a program created may. */
function unspoken({ tool, model, modelName }: HttpTask): Failure {
  const message = `\`${tool.name}\` needs the protocol \`${model?.api ?? tool.api}\`, which this version does not support`;
  return failure('config', message, { tool: tool.name, model: modelName });
}
