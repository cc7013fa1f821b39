import { askedByClient, modelNames } from '../model-name.js';
import { sendJson } from '../reply.js';
import type { Route } from '../route.js';
import { sendOpenaiError } from './error.js';
import { noModel } from './request.js';

/** What a client may give as `model`: the agents, then the models of the tools that the config names. */
export const listModels: Route = {
  method: 'GET',
  path: '/v1/models',
  handle: ({ response, service }) => {
    const { config } = service.active();
    sendJson(response, 200, { object: 'list', data: modelNames(config).map(modelDocument) });
  },
};

/** One of them, or another name that a client may give. */
export const oneModel: Route = {
  method: 'GET',
  path: '/v1/models/*',
  handle: ({ response, service, url }) => {
    const { config, host } = service.active();
    const name = decoded(url.pathname.slice('/v1/models/'.length));
    if (askedByClient(config, name) !== null) return sendJson(response, 200, modelDocument(name));
    const { param, failure } = noModel(config, name);
    sendOpenaiError(response, failure, { param, redactor: host.redactor, hasRun: false });
  },
};

/** Not all clients escape a name. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function modelDocument(id: string) {
  return { id, object: 'model', created: 0, owned_by: ownerOf(id) };
}

/** The tool that offers a model; an agent is the router's own. */
function ownerOf(id: string): string {
  const colon = id.indexOf(':');
  return colon < 0 ? 'llm-router' : id.slice(0, colon);
}
