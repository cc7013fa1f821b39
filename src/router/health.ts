import type { RouterConfig } from '../config/types.js';
import type { Failure } from '../domain/failure.js';
import { emptyRequest, type Request } from '../domain/request.js';
import type { Result } from '../domain/result.js';
import type { HealthRow, LedgerState, MachineContext } from '../health/context.js';
import type { HealthListener } from '../health/health.js';
import type { LedgerAccess } from '../ledger/access.js';
import { endpointsOf } from './endpoints.js';
import { gatherFacts } from './facts.js';
import type { Planned, RouterDeps } from './router.js';
import { finderOf } from './running.js';
import { limitedTools } from './slots.js';
import { NO_SPENDING } from './spending.js';

/** What a health report covers. */
export interface HealthOptions {
  /** Only this agent; `null`: every agent of the config. */
  agent: string | null;
  /** Whether binaries may be asked for their version. */
  probe: boolean;
  /** Whether endpoints are tried. */
  online: boolean;
  machine: MachineContext;
  cwd: string;
  listener?: HealthListener;
}

/** Gathers what the checks look at, and runs them. The checks and the prober are loaded only here. */
export async function routerHealth(
  input: {
    config: RouterConfig;
    deps: RouterDeps;
    plan: (request: Request) => Promise<Result<Planned, Failure>>;
  },
  options: HealthOptions,
): Promise<HealthRow[]> {
  const { config, deps } = input;
  const [{ checkHealth }, { tryConnection }, { probeLogin, probeVersion }, { endInterruptedRuns }] =
    await Promise.all([
      import('../health/health.js'),
      import('../adapters/http/connect.js'),
      import('../adapters/probe.js'),
      import('./running/end-interrupted-runs.js'),
    ]);
  const plans = await Promise.all(
    agentsToAsk(config, options.agent).map(async (agent) => {
      const planned = await input.plan({ ...emptyRequest(options.cwd), agent });
      return { agent, plan: planned.ok ? { ok: true as const, value: planned.value.plan } : planned };
    }),
  );
  const { cooldowns } = await deps.cooldowns.read();
  const context = {
    ...options.machine,
    config,
    facts: gatherFacts(config, deps, {
      nowMs: deps.clock.now(),
      inputTokens: 0,
      cooldowns,
      spending: NO_SPENDING,
    }),
    limits: await limitedTools(config, deps),
    ledger: deps.ledger === null ? null : await ledgerState(deps.ledger),
    plans,
    endpoints: endpointsOf(config, deps.env),
    interruptedRuns:
      deps.runningDir === null
        ? []
        : await endInterruptedRuns(finderOf({ dir: deps.runningDir, ownId: null }, deps)),
    probe: options.probe ? probeWith(probeVersion, deps) : null,
    probeLogin: options.probe ? probeWith(probeLogin, deps) : null,
    connect: options.online && options.probe ? (url: string) => tryConnection(url, deps.env) : null,
  };
  return checkHealth(context, options.listener);
}

/** Where no agent is configured, a request without one is what people make. */
function agentsToAsk({ agents }: RouterConfig, only: string | null): (string | null)[] {
  if (only !== null) return [only];
  const names = Object.keys(agents);
  return names.length === 0 ? [null] : names;
}

function probeWith<Tool, Answer>(
  probe: (tool: Tool, path: string, env: RouterDeps['env']) => Promise<Answer>,
  { env }: RouterDeps,
): (tool: Tool, path: string) => Promise<Answer> {
  return (tool, path) => probe(tool, path, env);
}

/** What can be said of a machine whose config has errors. */
export async function machineHealth(context: MachineContext, listener: HealthListener): Promise<HealthRow[]> {
  const { checkMachineHealth } = await import('../health/health.js');
  return checkMachineHealth(context, listener);
}

async function ledgerState(access: LedgerAccess): Promise<LedgerState> {
  const { file } = access;
  const reserved = await access.read((ledger) => ledger.reserved());
  if (!reserved.ok) return { file, trouble: reserved.error, held: { runs: 0, microUsd: 0 } };
  const { count: runs, microUsd } = reserved.value ?? { count: 0, microUsd: 0 };
  return { file, trouble: null, held: { runs, microUsd } };
}
