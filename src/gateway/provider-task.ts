import type { HttpTask } from '../adapters/http/wire.js';
import type { HttpTool, ModelConfig } from '../config/types.js';
import type { GatewayWorld } from './world.js';

/** How long a connection to the provider may take, as with the HTTP tools, ms. */
export const CONNECT_TIMEOUT_MS = 10_000;

/** The attempt as the readers of the protocols see one call of it: as a task of a provider API. */
export function providerTask(
  { task, api, baseUrl }: GatewayWorld,
  model: { id: string | null; entry: ModelConfig | null },
): HttpTask {
  const { tool } = task;
  const provider: HttpTool = {
    ...tool,
    kind: 'http',
    // What a person reads of it is what the provider said.
    name: baseUrl.host,
    api,
    baseUrl: { value: baseUrl.href, at: null },
    apiKeyRequired: false,
    headers: {},
    extraBody: {},
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    // The tool has its own clocks.
    idleTimeoutMs: task.timeoutMs,
    modelsTtlMs: 0,
  };
  return {
    ...task,
    tool: provider,
    modelName: model.entry?.name ?? model.id,
    modelId: model.id,
    model: model.entry,
  };
}
