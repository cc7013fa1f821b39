import { Connections } from '../adapters/http/connections.js';
import type { RouterConfig } from '../config/types.js';
import type { Deadline } from '../domain/deadline.js';
import type { Failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { Request } from '../domain/request.js';
import type { Result } from '../domain/result.js';
import type { HealthRow } from '../health/context.js';
import type { Telemetry } from '../telemetry/telemetry.js';
import { unrun } from './attempts/conclude.js';
import type { HealthOptions } from './health.js';
import type { Check } from './isolation/isolated-run.js';
import type { ModelsOptions } from './models/models.js';
import type { ModelsReport } from './models/report.js';
import { withoutOuterGateway } from './outer-gateway.js';
import { type KnownRun, planRequest } from './plan.js';
import type { Planned } from './planned.js';
import { type ToolState, toolStates } from './planning/facts.js';
import { type Listeners, recorderOf } from './record.js';
import { run } from './run.js';
import { endOthers } from './running/running.js';
import { telemetryOfRouter } from './telemetry.js';
import type { RouterWorld } from './world.js';

export { adapterOf } from '../adapters/registry.js';

/** Routes requests by one config. Holds no state between calls. */
export interface Router {
  readonly config: RouterConfig;
  /** Plans without running anything. The failure is an unknown name, or a file that cannot be read. */
  plan(request: Request, known?: KnownRun): Promise<Result<Planned, Failure>>;
  /** The planned request as an invocation document that has not run: for dry runs. */
  describe(planned: Planned, deadline: Deadline): Promise<Invocation>;
  /** Checks tools, variables, folders and every agent's plan. `probe: false` runs nothing. */
  health(options: HealthOptions): Promise<HealthRow[]>;
  /** The state of each tool on this machine. Runs nothing. */
  tools(): Promise<ToolState[]>;
  /** The models of the config, and what the providers of its HTTP tools list. The failure is an unknown name. */
  models(options: ModelsOptions): Promise<Result<ModelsReport, Failure>>;
  /** `null`: none is asked for. */
  readonly telemetry: Telemetry | null;
  /** Runs a plan. */
  complete(planned: Planned, options: CompleteOptions): Promise<Invocation>;
  /** Ends what is left of runs of killed routers, and removes rows past the retention of the config, once a day and in small batches; called after the answer. */
  upkeep(): Promise<void>;
  /** Sends what is left of the telemetry of runs, for 1 s at most; called after the last answer. Nothing is sent after it. */
  endTelemetry(): Promise<void>;
  /** Closes what is open; with `atExit` the process ends right after. */
  close(options?: { atExit: boolean }): Promise<void>;
}

/** Deadline, event sink and consent question of a run. */
export interface CompleteOptions extends Listeners {
  deadline: Deadline;
  /** Asks the user whether to go on despite a soft limit; `true` without a terminal. */
  confirm?: () => Promise<boolean>;
  /** Asks the user whether to put files back although a merge is in progress; `false` without a terminal. */
  confirmRollback?: (question: string) => Promise<boolean>;
  /** Judges what an isolated run left, in the folder where it worked; a failure is that of the run. */
  check?: Check;
}

/** The composition root: plan, run and record, by one config. */
export function createRouter(config: RouterConfig, surroundings: RouterWorld): Router {
  const world = withOwnGateway(surroundings);
  const { host, stores, urgent } = world;
  const connections = new Connections();
  const telemetry = telemetryOfRouter(config, world);
  return {
    config,
    telemetry,
    plan: (request, known) => planRequest(config, world, request, known),
    describe: (planned, deadline) => unrun(planned, host, deadline),
    health: async (options) => {
      const { routerHealth } = await import('./health.js');
      return routerHealth(config, world, options);
    },
    tools: () => toolStates(config, world),
    models: async (options) => {
      const { routerModels } = await import('./models/models.js');
      return routerModels(config, world, options);
    },
    complete: async (planned, options) => {
      const { deadline, confirm = async () => true, confirmRollback = async () => false } = options;
      const { events = [], logs = [], costs, check = null } = options;
      const recorder = recorderOf(world, { planned, listeners: { events, logs, costs }, telemetry });
      const stop = { deadline, urgent };
      return recorder.withSinkWarnings(
        await run({
          ...{ planned, host, stores, connections, stop, recorder, confirm, confirmRollback },
          keepDays: config.traces.retentionDays,
          check,
        }),
      );
    },
    upkeep: async () => {
      await endOthers(null, world);
      await stores.ledger?.upkeep(config.ledger.retentionDays);
    },
    endTelemetry: async () => telemetry?.end(),
    close: async (options) => {
      if (options?.atExit !== true) void telemetry?.end();
      connections.close();
      await stores.ledger?.close(options);
    },
  };
}

function withOwnGateway(world: RouterWorld): RouterWorld {
  const env = withoutOuterGateway(world.host.env);
  return env === world.host.env ? world : { ...world, host: { ...world.host, env } };
}
