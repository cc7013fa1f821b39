import { adapterOf } from '../../src/adapters/registry.js';
import type { RouterConfig } from '../../src/config/types.js';
import { createRouter, type Router } from '../../src/router/router.js';
import { redactorOf } from '../../src/router/secrets.js';
import type { Host, RouterWorld, Stores } from '../../src/router/world.js';
import { realHost } from '../../src/world.js';
import { ownCooldowns } from './cooldowns.js';

/** A router that writes no traces and no cooldowns unless given stores. */
export function routerOf(config: RouterConfig, more: Partial<Host & Stores> = {}): Router {
  return createRouter(config, routerWorld(config, more));
}

/** Its surroundings. */
export function routerWorld(config: RouterConfig, more: Partial<Host & Stores> = {}): RouterWorld {
  const given = {
    ...realHost(),
    readFile: async () => '',
    redactor: redactorOf(config, more.env ?? {}),
    adapterOf,
    ...more,
  };
  const { ledger = null, cooldowns = ownCooldowns(), traces = null, audit = null, runningDir = null } = more;
  const { modelLists = null, telemetry = null, isolatedDir = null } = more;
  return {
    host: given,
    stores: { ledger, cooldowns, modelLists, traces, audit, telemetry, runningDir, isolatedDir },
    urgent: new AbortController().signal,
  };
}
