import type { AdapterContext, Environment, Preview } from '../adapters/adapter.js';
import { adapterOf } from '../adapters/registry.js';
import type { RouterConfig } from '../config/types.js';
import type { EventSink } from '../domain/events.js';
import type { Facts } from '../domain/facts.js';
import { type Failure, failure } from '../domain/failure.js';
import { type Invocation, unrunInvocation } from '../domain/invocation.js';
import { lookup } from '../domain/lookup.js';
import type { Candidate, Ignored, Plan } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { noCandidate } from '../engine/no-candidate.js';
import { run } from '../engine/run.js';
import type { HealthRow } from '../health/context.js';
import { agentName } from '../routing/names.js';
import { makePlan } from '../routing/plan.js';
import { withAgentFiles } from './agent-files.js';
import { type AnswerCheck, compileAnswerSchema } from './answer-schema.js';
import { estimateInputTokens } from './estimate.js';
import { gatherFacts } from './facts.js';
import { type HealthOptions, routerHealth } from './health.js';
import { newId, newTraceId } from './id.js';
import { planErrorFailure } from './names.js';
import { stopSignal } from './stop.js';
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
  /** Judges the answer by the request's schema; `null` without one. */
  checkAnswer: AnswerCheck | null;
  /** For each candidate the exact command, or why its run would end before it starts. */
  previews: Result<Preview, Failure>[];
  /** For each rejected pair what would run if it were there; `null` where nothing can be said. */
  rejectedPreviews: (Preview | null)[];
}

/** A plan before anybody asked what it would run. */
type BarePlanned = Omit<Planned, 'previews' | 'rejectedPreviews'>;

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
    describe: (planned) => unrun(planned, planFailure(config, planned)),
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
  const depth = asked.parent?.depth ?? 0;
  if (depth > MAX_DEPTH) return err(tooDeep(depth));
  const agent = lookup(config.agents, agentName(config, asked));
  const filled = await withAgentFiles(agent, deps, asked);
  if (!filled.ok) return filled;
  const request = filled.value;
  const check = request.schema === null ? ok(null) : await compileAnswerSchema(request.schema, 'the schema');
  if (!check.ok) return check;
  const nowMs = deps.clock.now();
  const system = request.system ?? agent?.system ?? null;
  const inputTokens = estimateInputTokens([system, request.prompt, request.schema]);
  const facts = gatherFacts(config, deps, { nowMs, inputTokens });
  const made = makePlan(config, facts, request);
  if (!made.ok) return err(planErrorFailure(made.error));
  const base = { plan: made.value, facts, request, startedAt: new Date(nowMs).toISOString() };
  const ids = {
    id: newId(nowMs, deps.random),
    traceId: request.traceId ?? request.parent?.traceId ?? newTraceId(deps.random),
  };
  return ok(withPreviews(config, deps, { ...base, ...ids, checkAnswer: check.value }));
}

/** The invocation of a plan that has not run: `planned`, or failed before any attempt. */
function unrun({ plan, request, id, traceId, startedAt }: Planned, failed: Failure | null): Invocation {
  const parentId = request.parent?.id ?? null;
  return unrunInvocation({
    id,
    traceId,
    startedAt,
    plan,
    parentId,
    session: request.session,
    failure: failed,
  });
}

/** How deep calls inside calls may go: an agent that calls itself must come to an end. */
const MAX_DEPTH = 4;

function tooDeep(depth: number): Failure {
  const message = `this call is nested ${depth} deep, and at most ${MAX_DEPTH} are allowed`;
  return failure('not_allowed', message, { hint: 'an agent may be calling itself; see `llm-router trace`' });
}

/** What each candidate would run, and what of the request it has no place for. */
function withPreviews(config: RouterConfig, deps: RouterDeps, planned: BarePlanned): Planned {
  const { candidates, rejected, warnings } = planned.plan;
  const preview = (candidate: Candidate): Result<Preview, Failure> => {
    const task = taskFor(config, planned, candidate, 0);
    return adapterOf(task.tool).preview(task, deps.env);
  };
  const ignored = candidates.flatMap((candidate) => {
    const task = taskFor(config, planned, candidate, 0);
    return adapterOf(task.tool)
      .ignored(task)
      .map((entry) => ({ ...entry, tool: task.tool.name }));
  });
  return {
    ...planned,
    plan: { ...planned.plan, ignored, warnings: [...warnings, ...ignoredWarnings(planned.request, ignored)] },
    previews: candidates.map(preview),
    rejectedPreviews: rejected.map(({ tool, model, because, reason }) => {
      if (tool === null || reason !== 'tool_not_found') return null;
      const shown = preview({ tool, model, because });
      return shown.ok ? shown.value : null;
    }),
  };
}

/** An option of the agent's config may find no place in silence; one that was asked for may not. */
function ignoredWarnings(request: Request, ignored: readonly Ignored[]): string[] {
  const asked: Readonly<Record<string, { flag: string; value: unknown }>> = {
    effort: { flag: '--effort', value: request.effort },
    max_tokens: { flag: '--max-tokens', value: request.maxTokens },
    temperature: { flag: '--temperature', value: request.temperature },
    max_cost_usd: { flag: '--max-cost', value: request.maxCostMicroUsd },
  };
  return ignored.flatMap(({ option, tool }) => {
    const { flag, value = null } = lookup(asked, option) ?? {};
    return value === null ? [] : [`\`${flag}\` is ignored: tool \`${tool}\` has no place for it`];
  });
}

function taskFor(config: RouterConfig, planned: BarePlanned, candidate: Candidate, turn: number) {
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
    const invocation = unrun(planned, blocked);
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
    return await run(planned, {
      prepare,
      context,
      checkAnswer: planned.checkAnswer,
      now: deps.clock.now,
      emit,
    });
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
