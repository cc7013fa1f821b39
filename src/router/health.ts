import type { RouterConfig } from '../config/types.js';
import type { Failure } from '../domain/failure.js';
import { emptyRequest, type Request } from '../domain/request.js';
import type { Result } from '../domain/result.js';
import type { HealthRow } from '../health/context.js';
import { gatherFacts } from './facts.js';
import type { Planned, RouterDeps } from './router.js';

/** What a health report covers. */
export interface HealthOptions {
  /** Only this agent; `null`: every agent of the config. */
  agent: string | null;
  /** Whether binaries may be asked for their version. */
  probe: boolean;
  folders: readonly { holds: string; path: string }[];
  cwd: string;
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
  const [{ checkHealth }, { probeLogin, probeVersion }] = await Promise.all([
    import('../health/health.js'),
    import('../adapters/probe.js'),
  ]);
  const agents = options.agent === null ? Object.keys(config.agents) : [options.agent];
  const plans = await Promise.all(
    agents.map(async (agent) => {
      const planned = await input.plan({ ...emptyRequest(options.cwd), agent });
      return { agent, plan: planned.ok ? { ok: true as const, value: planned.value.plan } : planned };
    }),
  );
  const nowMs = deps.clock.now();
  const { cooldowns } = await deps.cooldowns.read();
  return checkHealth({
    config,
    facts: gatherFacts(config, deps, { nowMs, inputTokens: 0, cooldowns }),
    env: deps.env,
    plans,
    folders: options.folders,
    probe: options.probe ? (tool, path) => probeVersion(tool, path, deps.env) : null,
    probeLogin: options.probe ? (tool, path) => probeLogin(tool, path, deps.env) : null,
  });
}
