import type { Api, HttpTool } from '../config/types.js';
import type { Outcome } from '../domain/attempt.js';
import type { Failure } from '../domain/failure.js';
import { ok, type Result } from '../domain/result.js';
import type { Adapter, AdapterContext, AdapterEvent, Call, Host } from './adapter.js';
import { anthropicMessages } from './anthropic-messages.js';
import { gemini } from './gemini.js';
import { type PreparedRequest, prepareRequest, shownRequest, toolAvailability } from './http/request.js';
import { secretValues } from './http/secrets.js';
import type { HttpTask, Wire } from './http/wire.js';
import { ollama } from './ollama.js';
import { openaiChat } from './openai-chat.js';
import { openaiResponses } from './openai-responses.js';

/** The protocols. A new one is one file, one line here, and its name in `config/keys/models.ts`. */
const WIRES: Readonly<Record<Api, Wire>> = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
  ollama,
};

/** Runs tools that are provider APIs, or local servers with the same protocols. */
export const httpAdapter: Adapter<HttpTool, ReadyCall> = {
  kind: 'http',
  availability: (tool, { env }) => toolAvailability(tool, env),
  prepare,
  run,
  secrets: secretValues,
  ignored: (task) =>
    [...wireOf(task).ignored(task), ...(task.maxCostMicroUsd === null ? [] : ['max_cost_usd'])].map(
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
  const request = prepareRequest(wire, task, env);
  if (!request.ok) return request;
  const { value } = request;
  return ok({
    task,
    wire,
    request: value,
    // Only a dry run shows it.
    get preview() {
      return { request: shownRequest(value) };
    },
  });
}

/** The client is loaded with the first call. */
let client: typeof import('./http/attempt.js') | null = null;

function run(call: ReadyCall, context: AdapterContext): AsyncGenerator<AdapterEvent, Outcome, void> {
  return client === null ? runFirst(call, context) : client.attemptCall(call, context);
}

async function* runFirst(
  call: ReadyCall,
  context: AdapterContext,
): AsyncGenerator<AdapterEvent, Outcome, void> {
  client = await import('./http/attempt.js');
  return yield* client.attemptCall(call, context);
}

function wireOf({ tool, model }: HttpTask): Wire {
  return wireOfApi(model?.api ?? tool.api);
}

/** The protocol of that name. */
export function wireOfApi(api: Api): Wire {
  return WIRES[api];
}
