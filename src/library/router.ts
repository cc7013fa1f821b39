import path from 'node:path';
import { adapterOf } from '../adapters/registry.js';
import type { RouterConfig } from '../config/types.js';
import { startDeadline } from '../deadline.js';
import { firstAbort } from '../domain/abort.js';
import { DAY_MS } from '../domain/calendar.js';
import type { EventSink, RunEvent } from '../domain/events.js';
import { failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import type { Plan } from '../domain/plan.js';
import type { Parent, Request } from '../domain/request.js';
import { parentSpanOf } from '../domain/trace-context.js';
import type { HealthRow } from '../health/row.js';
import { type LedgerAccess, ledgerAccess } from '../ledger/access.js';
import { ledgerLocation } from '../ledger/where.js';
import { auditFile, isolatedDir, modelListsFile, runningDir, stateDir, userConfigDir } from '../paths.js';
import type { Redactor } from '../redact/redact.js';
import type { AuditTarget } from '../router/audit.js';
import { openCooldowns } from '../router/cooldowns.js';
import { forManyRequests } from '../router/many-requests.js';
import { keptModelLists } from '../router/models/kept-lists.js';
import type { ModelsReport } from '../router/models/report.js';
import type { Planned } from '../router/planned.js';
import { readAgentFile } from '../router/planning/agent-files.js';
import { callerOf, personOnly } from '../router/planning/caller.js';
import { createRouter as composeRouter, type Router } from '../router/router.js';
import { redactorOf } from '../router/secrets.js';
import { keepTraces } from '../router/traces.js';
import { needsLedger, type RouterWorld } from '../router/world.js';
import { VERSION } from '../version.generated.js';
import { type HostWorld, realHost } from '../world.js';
import { withAdapters } from './adapt.js';
import { RequestError } from './errors.js';
import {
  type CompleteOptionFields,
  type CompleteOptions,
  checkCompleteOptions,
  checkHealthOptions,
  checkModelsOptions,
  checkRouterOptions,
  checkStreamOptions,
  type HealthOptions,
  type LogSink,
  type ModelsOptions,
  type RouterOptionFields,
  type RouterOptions,
  type StreamOptions,
} from './options.js';
import { type LibraryRequest, requestOf } from './request.js';
import { eventsOf } from './stream.js';
import { tokenUsageSink } from './token-usage.js';
import { findSession, traceTargetOf } from './traces.js';

/** Routes requests by one config. Several routers may work in one process. */
export interface LibraryRouter {
  /**
   * Decides without running anything; rejects with a `RequestError`. Inside the run of another agent the request is nested, as a call
   * of the command line is, and `force` is refused.
   */
  plan(request: LibraryRequest): Promise<Plan>;
  /** Runs a request. A failed run resolves too: `failure` says why. Rejects with a `RequestError` when it cannot be planned. */
  complete(request: LibraryRequest, options?: CompleteOptions): Promise<Invocation>;
  /**
   * Runs a request and gives its events as they are read; the last one, `invocation.finished`, carries the invocation. The run starts with
   * the first event that is asked for, and is cancelled when the loop is left early. Throws a `RequestError` as `complete` does.
   */
  stream(request: LibraryRequest, options?: StreamOptions): AsyncGenerator<RunEvent, void, void>;
  /**
   * The models of the config and those that the providers of its HTTP tools list, with their prices and whether they are allowed. Lists are kept
   * for `models_ttl`. Rejects with a `RequestError` for an unknown tool or agent.
   */
  models(options?: ModelsOptions): Promise<ModelsReport>;
  /** What `llm-router doctor --json` finds: tools, variables, folders and every agent's plan now. */
  health(options?: HealthOptions): Promise<HealthRow[]>;
  /** Waits for the runs that are under way, and closes the ledger and the connections that no other router uses. Later requests are rejected with a `RequestError`. */
  close(): Promise<void>;
}

/**
 * Makes a router that runs requests through the same code as the command line. It changes nothing of its process: no variables, no
 * signal handlers, no exit. Throws an `OptionError`.
 */
export function createRouter(config: RouterConfig, options: RouterOptions = {}): LibraryRouter {
  return new ConfiguredRouter(config, checkRouterOptions(options));
}

/** A router with its options. */
class ConfiguredRouter implements LibraryRouter {
  readonly #config: RouterConfig;
  readonly #options: Partial<RouterOptionFields>;
  readonly #host: HostWorld;
  readonly #redactor: Redactor;
  readonly #router: Router;
  readonly #running = new Set<Promise<Invocation>>();
  /** A process that was started outside of a run is never inside one later. */
  readonly #parent: Parent | null;
  #isClosed = false;
  #upkeep: Promise<unknown> = Promise.resolve();
  /** When it is due again, ms since the epoch. */
  #upkeepDueMs = 0;

  constructor(config: RouterConfig, options: Partial<RouterOptionFields>) {
    const real = realHost();
    this.#config = config;
    this.#options = options;
    this.#host = { ...real, env: options.env ?? real.env };
    this.#parent = callerOf(this.#host);
    this.#redactor = redactorOf(config, this.#host.env);
    this.#router = routerOf(config, options, { ...this.#host, redactor: this.#redactor });
  }

  async plan(request: LibraryRequest): Promise<Plan> {
    return (await this.#plan(await this.#request(request))).plan;
  }

  complete(request: LibraryRequest, options: CompleteOptions = {}): Promise<Invocation> {
    const run = this.#complete(request, options);
    this.#running.add(run);
    return run.finally(() => this.#running.delete(run));
  }

  stream(request: LibraryRequest, options: StreamOptions = {}): AsyncGenerator<RunEvent, void, void> {
    const { signal } = checkStreamOptions(options);
    return eventsOf(async ({ signal: left, onEvent }) => {
      const both = firstAbort(signal === undefined ? [left] : [signal, left]);
      return this.complete(request, { signal: both.signal, onEvent }).finally(both.release);
    });
  }

  async models(options: ModelsOptions = {}): Promise<ModelsReport> {
    const { tool = null, agent = null, refresh = false, signal } = checkModelsOptions(options);
    const stop = signal ?? new AbortController().signal;
    const report = await this.#router.models({ tool, agent, refresh, ask: true, signal: stop });
    if (!report.ok) throw new RequestError(report.error);
    return report.value;
  }

  async health(options: HealthOptions = {}): Promise<HealthRow[]> {
    const { agent = null, probe = true, online = false } = checkHealthOptions(options);
    const { nodeVersion, env, cwd } = this.#host;
    const configState = { files: this.#config.files, errors: [], misnamed: [], isTrusted: true };
    const machine = { configState, nodeVersion, env, folders: foldersOf(this.#host) };
    return this.#router.health({ agent, probe, online, machine, cwd });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#running);
    await Promise.all([this.#upkeep, this.#router.endTelemetry()]);
    await this.#router.close();
  }

  async #complete(request: LibraryRequest, options: CompleteOptions): Promise<Invocation> {
    const { signal, onEvent } = checkCompleteOptions(options);
    const cancel = [signal, this.#options.signal].filter((one) => one !== undefined);
    const asked = await this.#request(request);
    const deadline = startDeadline({
      timeoutMs: asked.timeoutMs,
      timeoutOption: 'timeoutMs',
      cancel,
      monotonicMs: this.#host.clock.monotonic,
    });
    try {
      const planned = await this.#plan(asked);
      return await this.#router.complete(planned, { deadline, ...this.#listeners(onEvent) });
    } finally {
      deadline.dispose();
      this.#startUpkeep();
    }
  }

  /** Removes what is older than the config keeps, once a day and without a wait. */
  #startUpkeep(): void {
    const nowMs = this.#host.clock.now();
    if (nowMs < this.#upkeepDueMs) return;
    this.#upkeepDueMs = (Math.floor(nowMs / DAY_MS) + 1) * DAY_MS;
    const { traces } = this.#options;
    const dir = typeof traces === 'string' ? path.resolve(this.#host.cwd, traces) : null;
    this.#upkeep = Promise.allSettled([
      this.#router.upkeep(),
      dir === null ? null : keepTraces(dir, { config: this.#config, nowMs }),
    ]);
  }

  async #request(given: LibraryRequest): Promise<Request> {
    if (this.#isClosed) throw new RequestError(failure('usage', 'the router is closed'));
    const parent = this.#parent;
    const request = await requestOf(given, {
      cwd: this.#host.cwd,
      parent,
      parentSpan: parentSpanOf(this.#host.env.TRACEPARENT),
      findSession: (id) => findSession(this.#options.traces, id),
    });
    if (!request.ok) throw new RequestError(request.error);
    const nested = request.value.force ? personOnly('`force`', parent) : null;
    if (nested !== null) throw new RequestError(nested);
    return request.value;
  }

  async #plan(request: Request): Promise<Planned> {
    const planned = await this.#router.plan(request);
    if (!planned.ok) throw new RequestError(planned.error);
    return planned.value;
  }

  #listeners(onEvent: CompleteOptionFields['onEvent'] | undefined) {
    const { onTokenUsage, sinks = [] } = this.#options;
    const usage = onTokenUsage === undefined ? [] : [tokenUsageSink(onTokenUsage)];
    const events: EventSink[] = [...usage, ...(onEvent === undefined ? [] : [onEvent])];
    const logs = sinks.map(
      (sink): LogSink =>
        (record) =>
          // The redactor gives what it got where there is nothing to redact, and a sink may change what it gets.
          sink(structuredClone(this.#redactor.value(record))),
    );
    return { events, logs };
  }
}

function routerOf(
  config: RouterConfig,
  options: Partial<RouterOptionFields>,
  host: HostWorld & { redactor: Redactor },
): Router {
  const { onWarning: warn = () => {}, route, adapters = {} } = options;
  const ledger = ledgerOf(config, options, { host, warn });
  const audit = auditOf(config, options, { host, warn });
  const world: RouterWorld = {
    host: {
      ...host,
      readFile: (file) => readAgentFile(file, null),
      adapterOf: withAdapters(adapters, config, adapterOf),
      ...(route === undefined ? {} : { route }),
    },
    stores: {
      ledger,
      cooldowns: openCooldowns(host, ledger, warn),
      modelLists: keptModelLists(modelListsFile(host), warn),
      traces: traceTargetOf(options.traces, { host, warn }),
      audit: audit === null ? null : { ...audit, ledger, env: host.env },
      telemetry: { version: VERSION, warn },
      runningDir: runningDir(host),
      isolatedDir: isolatedDir(host),
    },
    urgent: new AbortController().signal,
  };
  return composeRouter(config, forManyRequests(world));
}

/** The surroundings of a store. */
interface Around {
  host: HostWorld;
  warn: (message: string) => void;
}

function auditOf(
  { audit: { retentionDays } }: RouterConfig,
  { audit }: Partial<RouterOptionFields>,
  { host, warn }: Around,
): AuditTarget | null {
  if (audit === false) return null;
  const file = audit === undefined ? auditFile(host) : path.resolve(host.cwd, audit);
  return { file, retentionDays, now: host.clock.now, warn };
}

function ledgerOf(
  config: RouterConfig,
  { ledger, project }: Partial<RouterOptionFields>,
  { host, warn }: Around,
): LedgerAccess | null {
  if (ledger === undefined && !needsLedger(config)) return null;
  const location = ledgerLocation(host, config.ledger, ledger);
  return ledgerAccess({
    file: path.resolve(host.cwd, location.file),
    shared: location.shared ?? null,
    now: host.clock.now,
    project: project ?? host.cwd,
    warn,
  });
}

function foldersOf(host: HostWorld): { holds: string; path: string }[] {
  return [
    { holds: 'config', path: userConfigDir(host) },
    { holds: 'state', path: stateDir(host) },
  ];
}
