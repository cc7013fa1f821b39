import type { RouterConfig } from '../config/types.js';
import type { Parent } from '../domain/request.js';
import { createMetrics, type Metrics } from '../metrics/metrics.js';
import type { Planned } from '../router/planned.js';
import type { Listeners } from '../router/record.js';
import type { HostWorld } from '../world.js';
import type { ActiveConfig, ConfigInUse } from './active-config.js';
import { OwnRuns } from './status/own-runs.js';
import { Turns } from './turns.js';

/** Follows one run from its start, by the config that it runs with. */
export type RunObserver = (planned: Planned, config: RouterConfig) => RunListeners;

/** What gets the events of a run. */
export interface RunListeners extends Listeners {
  /** Called when the run has ended, also by a bug, which leaves out its last event. */
  ended?(): void;
}

/** What every route works with. */
export interface Service {
  world: HostWorld;
  /** The run that the server itself was started in; `null`: none. */
  parent: Parent | null;
  configs: ConfigInUse;
  /** The config in use. It may be another one at the next call, so that a request asks once. */
  active(): ActiveConfig;
  /** The runs that go on, and those that wait for their turn. */
  turns: Turns;
  metrics: Metrics;
  /** When the server was started, ms since the epoch. */
  startedMs: number;
  /** What the status page shows of the runs of this server. */
  ownRuns: OwnRuns;
  /** Follow every run: metrics, the status page, the log. */
  observers: readonly RunObserver[];
  /** Aborted when the runs that still go on have to end. */
  ending: AbortSignal;
  /** The server was asked to end: it takes no new work. */
  isDraining(): boolean;
}

/** What a service is made of. */
export type ServiceParts = Pick<Service, 'world' | 'parent' | 'configs' | 'ending' | 'isDraining'> & {
  /** Writes the structured log of a run. */
  log: RunObserver;
};

/** Makes what the routes work with. An observer of all runs is one line here. */
export async function createService({ log, ...parts }: ServiceParts): Promise<Service> {
  const { configs, world } = parts;
  const metrics = await createMetrics(world.clock.monotonic);
  const ownRuns = new OwnRuns(() => surroundingsOf(configs.active), world.clock.now);
  return {
    ...parts,
    metrics,
    active: () => configs.active,
    startedMs: world.clock.now(),
    ownRuns,
    turns: new Turns(() => configs.active.config.server),
    observers: [log, countRun(metrics), (planned) => ownRuns.observe(planned)],
  };
}

function countRun(metrics: Metrics): RunObserver {
  return (_planned, config) => {
    const { observe, ended } = metrics.follow(config);
    return { events: [observe], ended };
  };
}

function surroundingsOf({ host, stores }: ActiveConfig) {
  return { redactor: host.redactor, hasTraces: stores.traces !== null };
}
