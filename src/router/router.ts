import type { Environment, Preview } from '../adapters/adapter.js';
import type { PolicyConfig, RouterConfig } from '../config/types.js';
import { asksSomething, nothingAsked, withConversation } from '../domain/conversation.js';
import type { Deadline } from '../domain/deadline.js';
import type { Debug } from '../domain/debug.js';
import type { Facts } from '../domain/facts.js';
import { type Failure, failure } from '../domain/failure.js';
import { newId, newTraceId } from '../domain/id.js';
import { type Invocation, unrunInvocation } from '../domain/invocation.js';
import { lookup } from '../domain/lookup.js';
import type { Plan } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import type { HealthRow } from '../health/context.js';
import type { LedgerAccess } from '../ledger/access.js';
import type { CooldownStore } from '../ledger/cooldowns.js';
import { agentName } from '../routing/names.js';
import { makePlan } from '../routing/plan.js';
import { withAgentFiles } from './agent-files.js';
import { type AnswerCheck, compileAnswerSchema } from './answer-schema.js';
import type { AuditTarget } from './audit.js';
import { complete } from './complete.js';
import { debugPlan } from './debug.js';
import { estimateInputTokens } from './estimate.js';
import { gatherFacts } from './facts.js';
import { type HealthOptions, routerHealth } from './health.js';
import { planErrorFailure } from './names.js';
import { policyOf } from './policy.js';
import { withPreviews } from './previews.js';
import { recorderOf, withCleanUp } from './running.js';
import { type Listeners, runSinks } from './sinks.js';
import { payerOf, spendingFacts } from './spending.js';
import type { TraceTarget } from './traces.js';
import { firstFailure } from './unserved.js';

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
  /** Kills at once. */
  urgent: AbortSignal;
  /** Where the record of every invocation goes; `null` keeps none. */
  traces: TraceTarget | null;
  /** What all processes have learnt about tools that are better left alone. */
  cooldowns: CooldownStore;
  /** Where refusals and overrides are kept; `null` keeps none. */
  audit: AuditTarget | null;
  /** Where spending is kept; `null` keeps none, and a hard limit then refuses. */
  ledger: LedgerAccess | null;
  /** Folder of the records of runs that are under way; `null` keeps none. */
  runningDir: string | null;
  /** Gets every decision; absent when the debug log is off. */
  debug?: Debug;
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

/** Routes requests by one config. Holds no state between calls. */
export interface Router {
  readonly config: RouterConfig;
  /** Decides without running anything. The failure is a name that the config does not know, or a file it cannot read. */
  plan(request: Request): Promise<Result<Planned, Failure>>;
  /** The planned request as an invocation document that has not run: for dry runs. */
  describe(planned: Planned, deadline: Deadline): Invocation;
  /** Checks tools, variables, folders and every agent's plan. `probe: false` runs nothing. */
  health(options: HealthOptions): Promise<HealthRow[]>;
  /** Runs what was planned. */
  complete(planned: Planned, options: CompleteOptions): Promise<Invocation>;
  /** Removes rows that are older than the config wants them kept, once a day and a few at a time; for after the answer. */
  upkeep(): Promise<void>;
  /** Closes what is open. */
  close(): void;
}

/** What bounds a run, what gets its events, and how to ask for consent. */
export interface CompleteOptions extends Listeners {
  deadline: Deadline;
  /** Asks a person whether to go on in spite of a soft limit; `true` where nobody can be asked. */
  confirm?: () => Promise<boolean>;
}

/** The composition root: puts planning, runs and records together. */
export function createRouter(config: RouterConfig, deps: RouterDeps): Router {
  return {
    config,
    plan: (request) => planRequest(config, deps, request),
    describe: (planned, deadline) =>
      unrun(planned, firstFailure({ config, deps, planned }, deadline.remainingMs())),
    health: (options) =>
      routerHealth({ config, deps, plan: (request) => planRequest(config, deps, request) }, options),
    complete: async (planned, options) => {
      const { deadline, confirm = async () => true } = options;
      const sinks = runSinks({ config, deps, planned }, options);
      const recorder = recorderOf(deps, planned);
      const emit = withCleanUp({ recorder, planned }, deps, sinks.emit);
      return sinks.concluded(await complete({ config, deps, planned, deadline, recorder, emit, confirm }));
    },
    upkeep: async () => deps.ledger?.upkeep(config.ledger.retentionDays),
    close: () => deps.ledger?.close(),
  };
}

async function planRequest(
  config: RouterConfig,
  deps: RouterDeps,
  asked: Request,
): Promise<Result<Planned, Failure>> {
  const agent = lookup(config.agents, agentName(config, asked));
  const filled = await withAgentFiles(agent, deps, asked);
  if (!filled.ok) return filled;
  if (filled.value.messages.length > 0 && !asksSomething(filled.value)) return err(nothingAsked());
  const request = withConversation(filled.value, agent?.system ?? null);
  const check = request.schema === null ? ok(null) : await compileAnswerSchema(request.schema, 'the schema');
  if (!check.ok) return check;
  const nowMs = deps.clock.now();
  const system = request.system ?? agent?.system ?? null;
  const inputTokens = estimateInputTokens([system, request.prompt, request.schema]);
  const { cooldowns } = await deps.cooldowns.read();
  const payer = payerOf(config, { agent, request, project: deps.ledger?.project ?? '' });
  const spending = await spendingFacts(config, { payer, nowMs, ledger: deps.ledger, env: deps.env });
  const facts = gatherFacts(config, deps, { nowMs, inputTokens, cooldowns, spending });
  const made = makePlan(config, facts, request);
  if (!made.ok) return err(planErrorFailure(made.error));
  const nested = tooDeep(request, policyOf(config, made.value));
  if (nested !== null) return err(nested);
  const base = { plan: made.value, facts, request, startedAt: new Date(nowMs).toISOString() };
  const ids = {
    id: newId(nowMs, deps.random),
    traceId: request.traceId ?? request.parent?.traceId ?? newTraceId(deps.random),
  };
  const planned = withPreviews(config, deps, { ...base, ...ids, checkAnswer: check.value });
  if (deps.debug !== undefined) debugPlan(deps.debug, planned);
  return ok(planned);
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

/** An agent that calls itself must come to an end. */
function tooDeep({ parent }: Request, { name, maxDepth }: PolicyConfig): Failure | null {
  const depth = parent?.depth ?? 0;
  if (depth <= maxDepth) return null;
  const message = `this call is nested ${depth} deep, and policy \`${name}\` allows ${maxDepth} (\`max_depth\`)`;
  return failure('not_allowed', message, { hint: 'an agent may be calling itself; see `llm-router trace`' });
}
