import type { RouterConfig } from '../config/types.js';
import type { Parent } from '../domain/request.js';
import type { Planned } from '../router/planned.js';
import type { Listeners } from '../router/record.js';
import type { Router } from '../router/router.js';
import type { Host, Stores } from '../router/world.js';
import type { HostWorld } from '../world.js';

/** A config that is in use, and what works by it. */
export interface ActiveConfig {
  config: RouterConfig;
  router: Router;
  host: Host;
  stores: Stores;
  /** The token that callers must send; `null`: none is asked for. */
  token: string | null;
}

/** Follows one run from its start. */
export type RunObserver = (planned: Planned) => Listeners;

/** What every route works with. */
export interface Service {
  world: HostWorld;
  /** The run that the server itself was started in; `null`: none. */
  parent: Parent | null;
  /** The config in use. It may be another one at the next call, so that a request asks once. */
  active(): ActiveConfig;
  /** Follow every run: metrics, the status page, the log. */
  observers: readonly RunObserver[];
  /** The server was asked to end: it takes no new work. */
  isDraining(): boolean;
}

/** Makes what the routes work with. An observer of all runs is one line here. */
export function createService(parts: Omit<Service, 'observers'>): Service {
  return { ...parts, observers: [] };
}
