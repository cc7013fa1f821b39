import type { AdapterContext, Environment, Preview } from '../adapters/adapter.js';
import { adapterOf } from '../adapters/registry.js';
import type { RouterConfig } from '../config/types.js';
import type { EventSink } from '../domain/events.js';
import type { Facts } from '../domain/facts.js';
import { FAILURES, type Failure, failure } from '../domain/failure.js';
import type { Invocation } from '../domain/invocation.js';
import { lookup } from '../domain/lookup.js';
import type { Candidate, Plan } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import { ok, type Result } from '../domain/result.js';
import { noCandidate } from '../engine/no-candidate.js';
import { run } from '../engine/run.js';
import type { HealthRow } from '../health/context.js';
import { agentName } from '../routing/names.js';
import { makePlan } from '../routing/plan.js';
import { estimateInputTokens } from './estimate.js';
import { gatherFacts } from './facts.js';
import { type HealthOptions, routerHealth } from './health.js';
import { newId, newTraceId } from './id.js';
import { unknownNameFailure } from './names.js';
import { addEmptyInvocation } from './planned.js';
import { billingOf, taskOf } from './task.js';
import { type TraceTarget, withTrace } from './traces.js';

/** What a router needs of the world around it. */
export interface RouterDeps {
  env: Environment;
  platform: NodeJS.Platform;
  tmpDir: string;
  clock: { now: () => number; monotonic: () => number };
  /** Uniform in [0, 1). */
  random: () => number;
  /** Reads a file as text: an agent's `system_file`. */
  readFile: (path: string) => Promise<string>;
  /** Cancels everything; its reason is a signal's name or a `Failure`. */
  signal: AbortSignal;
  /** Kills at once. */
  urgent: AbortSignal;
  /** Where the record of every invocation goes; `null` keeps none. */
  traces: TraceTarget | null;
}

/** A plan with what would run for each candidate, in the same order. */
export interface Planned {
  plan: Plan;
  facts: Facts;
  request: Request;
  id: string;
  traceId: string;
  startedAt: string;
  /** For each candidate the exact command, or why its run would end before it starts. */
  previews: Result<Preview, Failure>[];
}

/** Routes requests by one config. Holds no state between calls. */
export interface Router {
  readonly config: RouterConfig;
  /** Decides without running anything. The failure is a name that the config does not know, or a file it cannot read. */
  plan(request: Request): Promise<Result<Planned, Failure>>;
  /** The planned request as an invocation document that has not run: for dry runs. */
  describe(planned: Planned): Invocation;
  /** Checks tools, variables, folders and every agent's plan. `probe: false` runs nothing. */
  health(options: HealthOptions): Promise<HealthRow[]>;
  /** Runs what was planned. */
  complete(planned: Planned, options?: { emit?: EventSink }): Promise<Invocation>;
}

/** The composition root: puts plan, engine and adapters together. */
export function createRouter(config: RouterConfig, deps: RouterDeps): Router {
  return {
    config,
    plan: (request) => planRequest(config, deps, request),
    describe: (planned) => addEmptyInvocation(planned, planFailure(config, planned)),
    health: (options) =>
      routerHealth({ config, deps, plan: (request) => planRequest(config, deps, request) }, options),
    complete: (planned, options = {}) => {
      const emit = withTrace({ config, planned, target: deps.traces }, options.emit ?? (() => {}));
      return complete({ config, deps, planned, emit });
    },
  };
}

async function planRequest(
  config: RouterConfig,
  deps: RouterDeps,
  asked: Request,
): Promise<Result<Planned, Failure>> {
  const withSystem = await addSystemFile(config, deps, asked);
  if (!withSystem.ok) return withSystem;
  const request = withSystem.value;
  const nowMs = deps.clock.now();
  const system = request.system ?? lookup(config.agents, agentName(config, request))?.system ?? null;
  const inputTokens = estimateInputTokens([system, request.prompt]);
  const facts = gatherFacts(config, deps, { nowMs, inputTokens });
  const made = makePlan(config, facts, request);
  if (!made.ok) return { ok: false, error: unknownNameFailure(made.error) };
  const id = newId(nowMs, deps.random);
  const traceId = request.traceId ?? request.parent?.traceId ?? newTraceId(deps.random);
  const planned = { plan: made.value, facts, request, id, traceId, startedAt: new Date(nowMs).toISOString() };
  const tasks = made.value.candidates.map((candidate) => taskFor(config, planned, candidate, 0));
  const ignored = tasks.flatMap((task) =>
    adapterOf(task.tool)
      .ignored(task)
      .map((entry) => ({ ...entry, tool: task.tool.name })),
  );
  const previews = tasks.map((task) => adapterOf(task.tool).preview(task, deps.env));
  return ok({ ...planned, plan: { ...made.value, ignored }, previews });
}

/** The text of the agent's `system_file`, unless the request brings its own system prompt. */
async function addSystemFile(
  config: RouterConfig,
  deps: RouterDeps,
  request: Request,
): Promise<Result<Request, Failure>> {
  const agent = lookup(config.agents, agentName(config, request));
  if (request.system !== null || agent === null || agent.systemFile === null) return ok(request);
  const { value: path, at } = agent.systemFile;
  try {
    return ok({ ...request, system: await deps.readFile(path) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const where = at === null ? '' : ` (${at})`;
    return {
      ok: false,
      error: failure('input', `cannot read \`system_file\` of agent \`${agent.name}\`${where}: ${reason}`),
    };
  }
}

function taskFor(
  config: RouterConfig,
  planned: Omit<Planned, 'previews'>,
  candidate: Candidate,
  turn: number,
) {
  const { plan, facts, request, id, traceId } = planned;
  return taskOf({ config, facts, request, plan, ids: { invocationId: id, traceId } }, candidate, turn);
}

async function complete(input: {
  config: RouterConfig;
  deps: RouterDeps;
  planned: Planned;
  emit: EventSink;
}): Promise<Invocation> {
  const { config, deps, planned, emit } = input;
  const blocked = planFailure(config, planned);
  if (blocked !== null) {
    const invocation = addEmptyInvocation(planned, blocked);
    await emit({
      type: 'invocation.started',
      id: planned.id,
      traceId: planned.traceId,
      agent: planned.plan.agent,
    });
    await emit({ type: 'plan', plan: planned.plan });
    await emit({ type: 'invocation.finished', invocation });
    return invocation;
  }
  const stop = stopSignal(deps, planned.request.timeoutMs);
  const context: AdapterContext = {
    env: deps.env,
    signal: stop.signal,
    urgent: deps.urgent,
    monotonicMs: deps.clock.monotonic,
    now: deps.clock.now,
    tmpDir: deps.tmpDir,
  };
  const prepare = (candidate: Candidate, turn: number) => {
    const task = taskFor(config, planned, candidate, turn);
    return { task, adapter: adapterOf(task.tool), billing: billingOf(task.tool, deps.env) };
  };
  try {
    return await run(planned, { prepare, context, now: deps.clock.now, emit });
  } finally {
    stop.dispose();
  }
}

/** Why a plan cannot run at all; `null` when it has a candidate. */
function planFailure(config: RouterConfig, { plan }: Planned): Failure | null {
  if (plan.candidates.length > 0) return null;
  const blocked = noCandidate(plan);
  const unconfigured = config.files.length === 0 && plan.rejected.every(isFirstUsable);
  if (!unconfigured) return blocked;
  return {
    ...blocked,
    type: 'config',
    message: `no config was found and no built-in tool is usable: ${plan.rejected.map(({ detail }) => detail).join('; ')}`,
    hint: installHint(plan),
  };
}

function isFirstUsable({ because }: { because: { rule: string }[] }): boolean {
  return because.some(({ rule }) => rule === 'first_usable');
}

function installHint({ rejected }: Plan): string {
  const hints = rejected.flatMap(({ tool, hint }) => (hint === null ? [] : [`${tool}: ${hint}`]));
  return `install one of the tools (${hints.join('; ')}), or try \`llm-router exec --tool mock "hello"\``;
}

/** One signal for the whole run: aborted by the caller or by the deadline, with the `Failure` to report as its reason. */
function stopSignal(
  deps: RouterDeps,
  timeoutMs: number | null,
): { signal: AbortSignal; dispose: () => void } {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(cancelFailure(deps.signal.reason));
  if (deps.signal.aborted) onAbort();
  deps.signal.addEventListener('abort', onAbort, { once: true });
  const timer = timeoutMs === null ? null : setTimeout(() => controller.abort(deadlineFailure()), timeoutMs);
  const dispose = (): void => {
    if (timer !== null) clearTimeout(timer);
    deps.signal.removeEventListener('abort', onAbort);
  };
  return { signal: controller.signal, dispose };
}

function deadlineFailure(): Failure {
  return failure('timeout', 'the whole run took longer than its `--timeout`', {
    phase: 'invocation',
    hint: 'give more time with `--timeout`',
  });
}

/** A signal's name, or a ready failure, as the failure to report. */
function cancelFailure(reason: unknown): Failure {
  if (reason === 'SIGINT' || reason === 'SIGTERM' || reason === 'SIGHUP') {
    return failure('cancelled', `cancelled by ${reason}`, { phase: reason });
  }
  if (typeof reason === 'object' && reason !== null && 'type' in reason && String(reason.type) in FAILURES)
    return reason as Failure;
  return failure('cancelled', 'the run was cancelled');
}
