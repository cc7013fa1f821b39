import { modelNames } from '../model-name.js';
import { sendJson } from '../reply.js';
import type { Route } from '../route.js';

/** What a client may give as `model`: the agents, then the models of the tools that the config names. */
export const listModels: Route = {
  method: 'GET',
  path: '/v1/models',
  handle: ({ response, service }) => {
    const { config } = service.active();
    const data = modelNames(config).map((id) => ({ id, object: 'model', created: 0, owned_by: ownerOf(id) }));
    sendJson(response, 200, { object: 'list', data });
  },
};

/** The tool that offers a model; an agent is the router's own. */
function ownerOf(id: string): string {
  const colon = id.indexOf(':');
  return colon < 0 ? 'llm-router' : id.slice(0, colon);
}
