import { sendJson } from './reply.js';
import type { Route } from './route.js';
import type { Service } from './service.js';

/** The process is alive and answers. */
export const healthz: Route = {
  method: 'GET',
  path: '/healthz',
  isOpen: true,
  handle: ({ response }) => sendJson(response, 200, { status: 'ok' }),
};

/** The server can do work: its ledger opens, a tool can run, and it was not asked to end. */
export const readyz: Route = {
  method: 'GET',
  path: '/readyz',
  isOpen: true,
  handle: async ({ response, service }) => {
    const parts = await partsOf(service);
    const isReady = Object.values(parts).every(({ ok }) => ok);
    sendJson(response, isReady ? 200 : 503, { status: isReady ? 'ready' : 'not_ready', parts });
  },
};

/** Names no file and no tool: its callers have shown no token. */
async function partsOf(service: Service) {
  const { router, stores } = service.active();
  const opened = await stores.ledger?.open();
  const ledger = opened?.ok === true ? await opened.value.check() : opened;
  const tools = await router.tools();
  const usable = tools.filter(({ availability }) => availability.available).length;
  return {
    server: { ok: !service.isDraining(), running: service.turns.running, waiting: service.turns.waiting },
    // A change that cannot be used leaves a server that works.
    config: { ok: true, is_current: service.configs.isCurrent },
    ledger: { ok: ledger?.ok !== false },
    tools: { ok: usable > 0, usable, of: tools.length },
  };
}
