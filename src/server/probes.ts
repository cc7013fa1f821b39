import { sendJson } from './reply.js';
import type { Route } from './route.js';

/** The process is alive and answers. */
export const healthz: Route = {
  method: 'GET',
  path: '/healthz',
  isOpen: true,
  handle: ({ response }) => sendJson(response, 200, { status: 'ok' }),
};
