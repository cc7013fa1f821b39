import type { AdapterContext, Environment, Preview } from '../adapters/adapter.js';
import { adapterOf } from '../adapters/registry.js';
import type { PolicyConfig, RouterConfig } from '../config/types.js';
import { asksSomething, nothingAsked, withConversation } from '../domain/conversation.js';
import type { EventSink } from '../domain/events.js';
import type { Facts } from '../domain/facts.js';
import { type Failure, failure } from '../domain/failure.js';
import { type Invocation, unrunInvocation } from '../domain/invocation.js';
import { lookup } from '../domain/lookup.js';
import type { Candidate, Ignored, Plan } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { stopFailure } from '../engine/conclude.js';
import { noCandidate } from '../engine/no-candidate.js';
import { type RunDeps, run } from '../engine/run.js';
import { runnersOf, type Traits } from '../engine/standings.js';
import type { HealthRow } from '../health/context.js';
import type { CooldownStore } from '../ledger/cooldowns.js';
import { type AuditSubject, budgetEntries, governanceEntries, missingKeyEntries } from '../policy/audit.js';
import { afterFailure, afterSuccess } from '../policy/cooldown.js';
import { decide, rulesFor } from '../routing/decide.js';
import { agentName } from '../routing/names.js';
import { makePlan, recheck } from '../routing/plan.js';
import { accountOf } from './account.js';
import { withAgentFiles } from './agent-files.js';
import { type AnswerCheck, compileAnswerSchema } from './answer-schema.js';
import { type AuditTarget, keepAudit } from './audit.js';
import { estimateInputTokens } from './estimate.js';
import { gatherFacts } from './facts.js';
import { type HealthOptions, routerHealth } from './health.js';
import { newId, newTraceId } from './id.js';
import { type LedgerAccess, withLedger } from './ledger.js';
import { planErrorFailure } from './names.js';
import { type Listeners, runSinks } from './sinks.js';
import { slotsOf } from './slots.js';
import { payerOf, spendingFacts } from './spending.js';
import { stopSignal } from './stop.js';
import { billingOf, taskOf } from './task.js';
import { type TraceTarget, withTraceDir } from './traces.js';

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
  /** What all processes have learnt about tools that are better left alone. */
  cooldowns: CooldownStore;
  /** Where refusals and overrides are kept; `null` keeps none. */
  audit: AuditTarget | null;
  /** Where spending is kept; `null` keeps none, and a hard limit then refuses. */
  ledger: LedgerAccess | null;
  /** Folder of the records of runs that are under way; `null` keeps none. */
  runningDir: string | null;
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
  complete(planned: Planned, options?: CompleteOptions): Promise<Invocation>;
  /** Removes rows that are older than the config wants them kept, once a day and a few at a time; for after the answer. */
  upkeep(): Promise<void>;
  /** Closes what is open. */
  close(): void;
}

/** Who is told what happens, and who is asked. */
export interface CompleteOptions extends Listeners {
  /** Asks a person whether to go on in spite of a soft limit; `true` where nobody can be asked. */
  confirm?: () => Promise<boolean>;
}

/** The composition root: puts plan, engine and adapters together. */
export function createRouter(config: RouterConfig, deps: RouterDeps): Router {
  return {
    config,
    plan: (request) => planRequest(config, deps, request),
    describe: (planned) => unrun(planned, firstFailure({ config, deps, planned })),
    health: (options) =>
      routerHealth({ config, deps, plan: (request) => planRequest(config, deps, request) }, options),
    complete: async (planned, options = {}) => {
      const { confirm = async () => true } = options;
      const sinks = runSinks({ config, deps, planned }, options);
      return sinks.concluded(await complete({ config, deps, planned, emit: sinks.emit, confirm }));
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

/** The policy that a plan was made by. */
function policyOf(config: RouterConfig, plan: Plan): PolicyConfig {
  const policy = lookup(config.policies, plan.policy);
  if (policy === null) throw new Error(`the plan names policy ${plan.policy}, which is not defined`);
  return policy;
}

/** An agent that calls itself must come to an end. */
function tooDeep({ parent }: Request, { name, maxDepth }: PolicyConfig): Failure | null {
  const depth = parent?.depth ?? 0;
  if (depth <= maxDepth) return null;
  const message = `this call is nested ${depth} deep, and policy \`${name}\` allows ${maxDepth} (\`max_depth\`)`;
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
    if (value === null) return [];
    if (option === 'max_cost_usd')
      return [`\`${flag}\` is checked, not enforced: tool \`${tool}\` has no place for it`];
    return [`\`${flag}\` is ignored: tool \`${tool}\` has no place for it`];
  });
}

function taskFor(config: RouterConfig, planned: BarePlanned, candidate: Candidate, turn: number) {
  const { plan, facts, request, id, traceId } = planned;
  return taskOf({ config, facts, request, plan, ids: { invocationId: id, traceId } }, candidate, turn);
}

interface Running {
  config: RouterConfig;
  deps: RouterDeps;
  planned: Planned;
}

async function complete(
  input: Running & { emit: EventSink; confirm: () => Promise<boolean> },
): Promise<Invocation> {
  const { deps, planned, emit } = input;
  const stop = stopSignal(deps, planned.request.timeoutMs);
  const context: AdapterContext = {
    env: withLedger(withTraceDir(deps.env, deps.traces), deps.ledger),
    signal: stop.signal,
    urgent: deps.urgent,
    monotonicMs: deps.clock.monotonic,
    now: deps.clock.now,
    tmpDir: deps.tmpDir,
  };
  const account = accountOf({ ...input, subject: subjectOf(planned) }, stop.signal);
  const slots = slotsOf(input, stop.signal);
  try {
    return await run(planned, { ...runDeps(input), account, slots, context, emit });
  } finally {
    account.dispose();
    await slots.end();
    stop.dispose();
  }
}

function runDeps({
  config,
  deps,
  planned,
}: Running): Omit<RunDeps, 'context' | 'emit' | 'account' | 'slots'> {
  const policy = policyOf(config, planned.plan);
  return {
    rules: rulesFor(policy, planned.request),
    traitsOf: (candidate) => traitsOf(config, candidate),
    prepare: (candidate, turn) => {
      const task = taskFor(config, planned, candidate, turn);
      return { task, adapter: adapterOf(task.tool), billing: billingOf(task.tool, deps.env) };
    },
    admit: async (candidate, { again }) => {
      // What this run has learnt of a candidate is what its own retries are for.
      const cooldowns = again ? [] : (await deps.cooldowns.read()).cooldowns;
      // What it may spend is judged where it is reserved, on the sums of that moment.
      const facts = { ...planned.facts, nowMs: deps.clock.now(), cooldowns, spend: [], spendTrouble: null };
      return recheck(config, facts, { ...planned, candidate });
    },
    learn: ({ tool, model }, failed) => {
      const known = { pair: { tool, model }, policy: policy.cooldown, nowMs: deps.clock.now() };
      return deps.cooldowns.change((state) =>
        failed === null
          ? afterSuccess(state, known.pair)
          : afterFailure(state, { ...known, failure: failed }),
      );
    },
    audit: (rejected) => {
      const known = { plan: planned.plan, policy, subject: subjectOf(planned) };
      return keepAudit(deps.audit, [
        ...governanceEntries(rejected, known),
        ...missingKeyEntries(rejected, { ...known, facts: planned.facts }),
        ...budgetEntries(rejected, known),
      ]);
    },
    unserved: (plan) => unserved(config, plan),
    checkAnswer: planned.checkAnswer,
    random: deps.random,
  };
}

/** Who asked, for the audit log. */
function subjectOf({ plan, request, id, traceId }: Planned): AuditSubject {
  const { sourceAgent, session } = request;
  return { agent: plan.agent, sourceAgent, session, traceId, invocationId: id };
}

/** What a decision may turn on. */
function traitsOf(config: RouterConfig, { tool, model }: Candidate): Traits {
  const entry = lookup(config.models, model);
  const price = entry?.price ?? null;
  return {
    kind: lookup(config.tools, tool)?.kind ?? 'command',
    contextWindow: entry?.contextWindow ?? null,
    priceUsd: price === null ? null : price.input + price.output,
  };
}

/** The failure of a plan that has nobody to run, now or after a short wait; `null`: a run would begin. */
function firstFailure({ config, deps, planned }: Running): Failure | null {
  const { plan, request, facts } = planned;
  const first = decide({
    rules: rulesFor(policyOf(config, plan), request),
    access: plan.access,
    standings: runnersOf(plan, (candidate) => traitsOf(config, candidate)).map(({ standing }) => standing),
    trials: [],
    fruitlessWaits: 0,
    nowMs: facts.nowMs,
    remainingMs: request.timeoutMs,
    random: deps.random(),
  });
  return first.action === 'stop' ? stopFailure(first.stop, unserved(config, plan), facts.nowMs) : null;
}

/** Why a plan has nobody who could be tried. */
function unserved(config: RouterConfig, plan: Plan): Failure {
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
