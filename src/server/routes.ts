import { metrics } from './metrics-route.js';
import { chatCompletions } from './openai/chat.js';
import { listModels, oneModel } from './openai/models.js';
import { healthz, readyz } from './probes.js';
import type { Route } from './route.js';
import { rpc, rpcAlias } from './rpc/route.js';
import { statusJson, statusPage } from './status-routes.js';

/** Everything that the server answers. */
export const ROUTES: readonly Route[] = [
  statusPage,
  statusJson,
  healthz,
  readyz,
  rpc,
  rpcAlias,
  chatCompletions,
  listModels,
  oneModel,
  metrics,
];
