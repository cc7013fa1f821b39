import type { Environment } from '../adapters/adapter.js';
import { baseUrlOf } from '../adapters/http/base-url.js';
import type { RouterConfig } from '../config/types.js';
import type { ToolUse } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import { emptyRequest } from '../domain/request.js';
import { ok } from '../domain/result.js';
import type {
  AskModels,
  Connect,
  HealthRow,
  LedgerState,
  LimitedTool,
  MachineContext,
  SnapshotState,
  TelemetryState,
} from '../health/context.js';
import type { HealthListener } from '../health/health.js';
import type { ToolHealth } from '../health/tool-health.js';
import type { LedgerAccess } from '../ledger/access.js';
import type { PostgresStatus } from '../ledger/postgres/admin.js';
import { slotRulesOf } from '../policy/rate-limit.js';
import { asksForTelemetry } from '../telemetry/telemetry.js';
import { planRequest } from './plan.js';
import { gatherFacts } from './planning/facts.js';
import { inputSizeOf } from './planning/input-size.js';
import { finderOf } from './running/running.js';
import type { Host, RouterWorld } from './world.js';

/** Scope of a health report. */
export interface HealthOptions {
  /** Only this agent; `null`: every agent of the config. */
  agent: string | null;
  /** Whether binaries may be run for their version. */
  probe: boolean;
  /** Whether endpoints are connected to. */
  online: boolean;
  machine: MachineContext;
  cwd: string;
  listener?: HealthListener;
}

/** Gathers the input of the checks, and runs them. Checks and probes are loaded only here. */
export async function routerHealth(
  config: RouterConfig,
  world: RouterWorld,
  options: HealthOptions,
): Promise<HealthRow[]> {
  const { host, stores } = world;
  const [{ checkHealth }, { tryConnection }, { probeLogin, probeVersion }, { endInterruptedRuns }] =
    await Promise.all([
      import('../health/health.js'),
      import('../adapters/http/connect.js'),
      import('../adapters/probe.js'),
      import('./running/end-interrupted-runs.js'),
    ]);
  const agents = agentsToCheck(config, options.agent);
  const plans = await Promise.all(
    agents.slice(0, MAX_AGENTS).map(async (agent) => {
      const planned = await planRequest(config, world, { ...emptyRequest(options.cwd), agent });
      return { agent, plan: planned.ok ? { ok: true as const, value: planned.value.plan } : planned };
    }),
  );
  const isOnline = options.online && options.probe;
  const context = {
    ...options.machine,
    config,
    facts: await gatherFacts(config, world, { size: inputSizeOf([]), limits: () => [], family: null }),
    limits: await limitedTools(config, stores.ledger),
    ledger: stores.ledger === null ? null : await ledgerState(stores.ledger),
    plans,
    uncheckedAgents: Math.max(0, agents.length - MAX_AGENTS),
    endpoints: endpointsOf(config, host.env),
    telemetry: await telemetryState(config, host.env),
    snapshots: options.probe ? await snapshotState(config, host, options) : null,
    interruptedRuns:
      stores.runningDir === null
        ? []
        : await endInterruptedRuns(finderOf({ dir: stores.runningDir, ownId: null }, world)),
    probe: options.probe ? probeWith(probeVersion, host.env) : null,
    probeLogin: options.probe ? probeWith(probeLogin, host.env) : null,
    connect: isOnline ? timed(host, (url) => tryConnection(url, host.env)) : null,
    listModels: isOnline ? askModels(host) : null,
  };
  return checkHealth(context, options.listener);
}

/** Agents of one report: each is planned as for a run. */
const MAX_AGENTS = 200;

/** Without configured agents, checks requests without an agent. */
function agentsToCheck({ agents }: RouterConfig, only: string | null): (string | null)[] {
  if (only !== null) return [only];
  const names = Object.keys(agents);
  return names.length === 0 ? [null] : names;
}

async function snapshotState(
  { agents, policies }: RouterConfig,
  { env }: Host,
  { agent: only, cwd }: HealthOptions,
): Promise<SnapshotState | null> {
  const editing = Object.values(agents).filter(({ name, access, policy }) => {
    const { recovery } = lookup(policies, policy.value) ?? { recovery: null };
    const mayEdit = access.value === 'edit' || access.value === 'full';
    return mayEdit && (only === null || name === only) && recovery?.snapshot === 'auto';
  });
  if (editing.length === 0) return null;
  const { findRepository } = await import('../git/repository.js');
  const found = await findRepository({ cwd, env });
  return {
    agents: editing.map(({ name }) => name),
    found: found.ok ? { root: found.value.root } : { trouble: found.error.message },
  };
}

function probeWith<Tool, Answer>(
  probe: (tool: Tool, path: string, env: Environment) => Promise<Answer>,
  env: Environment,
): (tool: Tool, path: string) => Promise<Answer> {
  return (tool, path) => probe(tool, path, env);
}

function timed({ clock }: Host, connect: (url: string) => Promise<string | null>): Connect {
  return async (url) => {
    const startMs = clock.monotonic();
    const problem = await connect(url);
    return { problem, latencyMs: Math.round(clock.monotonic() - startMs) };
  };
}

/** The row of an endpoint has an answer before the limit of all rows. */
const LIST_LIMIT_MS = 4000;

function askModels({ env, clock, redactor }: Host): AskModels {
  return async (tool) => {
    const { listModels } = await import('../adapters/list-models.js');
    const startMs = clock.monotonic();
    const answer = await listModels(tool, {
      env,
      monotonicMs: clock.monotonic,
      redact: redactor.text,
      signal: new AbortController().signal,
      limitMs: LIST_LIMIT_MS,
    });
    const latencyMs = Math.round(clock.monotonic() - startMs);
    if (!answer.ok) return { answer, latencyMs };
    const { models, isCut } = answer.value;
    return { answer: ok({ ids: models.map(({ id }) => id), isCut }), latencyMs };
  };
}

/** What a report says of each tool. */
export async function toolHealthOf(rows: readonly HealthRow[]): Promise<ToolHealth[]> {
  const { toolHealth } = await import('../health/tool-health.js');
  return toolHealth(rows);
}

/** Whether a row is a warning about something that an agent needs. */
export async function warnsOfAgent(rows: readonly HealthRow[]): Promise<boolean> {
  const { concernsAgent } = await import('../health/health.js');
  return rows.some((row) => row.status === 'warn' && concernsAgent(row, rows));
}

/** The checks of a machine whose config has errors. */
export async function machineHealth(context: MachineContext, listener: HealthListener): Promise<HealthRow[]> {
  const { checkMachineHealth } = await import('../health/health.js');
  return checkMachineHealth(context, listener);
}

async function ledgerState(access: LedgerAccess): Promise<LedgerState> {
  const { name: file } = access;
  const server = await access.server();
  if (server !== null)
    return server.ok ? sharedState(file, server.value) : { ...NO_SERVER, file, trouble: server.error };
  const reserved = await access.read((ledger) => ledger.reserved());
  if (!reserved.ok) return { ...NO_SERVER, file, trouble: reserved.error };
  const { count: runs, microUsd } = reserved.value ?? { count: 0, microUsd: 0 };
  return { ...NO_SERVER, file, held: { runs, microUsd } };
}

const NO_SERVER = { trouble: null, held: { runs: 0, microUsd: 0 }, server: null };

function sharedState(file: string, status: PostgresStatus): LedgerState {
  const { count: runs, microUsd } = status.contents?.reservations ?? { count: 0, microUsd: 0 };
  const { serverVersion, role, version, isReadOnly, clockAheadMs, roundTripMs, trouble } = status;
  return {
    file,
    trouble,
    held: { runs, microUsd },
    server: { version: serverVersion, role, schemaVersion: version, isReadOnly, clockAheadMs, roundTripMs },
  };
}

async function telemetryState(config: RouterConfig, env: Environment): Promise<TelemetryState> {
  if (!asksForTelemetry(config, env)) return { trouble: null, targets: [] };
  const { targetsToTry } = await import('../telemetry/otlp/try-targets.js');
  const targets = targetsToTry(config.telemetry.otlp, env);
  return targets.ok ? { trouble: null, targets: targets.value } : { trouble: targets.error, targets: [] };
}

/** Every tool with limits, and its use. Opens the ledger only if it exists. */
async function limitedTools(config: RouterConfig, ledger: LedgerAccess | null): Promise<LimitedTool[]> {
  const limited = Object.values(config.tools).flatMap((tool) => slotRulesOf(tool) ?? []);
  return Promise.all(limited.map(async (rules) => ({ rules, ...(await useOf(rules.tool, ledger)) })));
}

const NO_USE: ToolUse = { holders: [], startsInMinute: 0, startsInHour: 0 };

async function useOf(
  tool: string,
  ledger: LedgerAccess | null,
): Promise<{ use: ToolUse } | { trouble: string }> {
  if (ledger === null) return { use: NO_USE };
  const use = await ledger.read((open) => open.slots.use(tool));
  return use.ok ? { use: use.value ?? NO_USE } : { trouble: use.error.message };
}

/** Where tools of kind `http` connect to, variables filled in. */
function endpointsOf(config: RouterConfig, env: Environment): { tool: string; url: string }[] {
  return Object.values(config.tools).flatMap((tool) =>
    tool.kind === 'http' ? [{ tool: tool.name, url: baseUrlOf(tool, env).text }] : [],
  );
}
