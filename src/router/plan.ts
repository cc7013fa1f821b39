import type { AgentConfig, RouterConfig } from '../config/types.js';
import { hasPrompt, missingPrompt, withConversation } from '../domain/conversation.js';
import type { Facts } from '../domain/facts.js';
import type { Failure } from '../domain/failure.js';
import { newId, newTraceId } from '../domain/id.js';
import { lookup } from '../domain/lookup.js';
import type { Ignored, Plan } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { settingNames } from '../domain/setting-names.js';
import { type Candidate, namesOf } from '../gates/candidate.js';
import type { ResolvedRequest } from '../gates/gate.js';
import { gatewayOf } from '../policy/gateway.js';
import type { Preference } from '../policy/preferred-cost.js';
import { limitsOfRun, spendingOf } from '../policy/spend-limits.js';
import { resolveNames } from '../routing/names.js';
import { agentWarnings, type Choices, makePlan, taskWarnings } from '../routing/plan.js';
import { rulesFor } from '../routing/rules.js';
import { preferredPair } from '../routing/select.js';
import { taskOf } from './attempts/task.js';
import { debugPlan } from './debug.js';
import type { Placed } from './isolation/plan-isolation.js';
import { tooManyNested } from './nested.js';
import type { Planned, PlannedCandidate } from './planned.js';
import { withAgentFiles } from './planning/agent-files.js';
import { gatherFacts } from './planning/facts.js';
import { identifierTrouble } from './planning/identifiers.js';
import { type InputSize, inputSizeOf } from './planning/input-size.js';
import { planErrorFailure, tooDeep } from './planning/plan-failures.js';
import type { Host, RouterWorld } from './world.js';

/** What the caller has decided of a run. */
export interface KnownRun {
  /** The id of the invocation; absent: a new one. */
  id?: string;
}

/**
 * Plans without running anything: looks up every name once, gathers facts, chooses, and fills in the call of each candidate. The
 * failure is an unknown name, an identifier with control characters, or a file that cannot be read.
 */
export async function planRequest(
  config: RouterConfig,
  { host, stores }: Pick<RouterWorld, 'host' | 'stores'>,
  asked: Request,
  known: KnownRun = {},
): Promise<Result<Planned, Failure>> {
  const identifiers = identifierTrouble(asked);
  if (identifiers !== null) return err(identifiers);
  const names = resolveNames(config, asked);
  if (!names.ok) return err(planErrorFailure(names.error));
  const nested = tooDeep(asked, names.value);
  if (nested !== null) return err(nested);
  const read = await readRequest(asked, names.value.agent, host);
  if (!read.ok) return read;
  const { checkAnswer } = read.value;
  const wanted = withSpending(
    config,
    { ...names.value, request: read.value.request },
    stores.ledger?.project ?? '',
  );
  const { agent, policy, spending } = wanted;
  const { prompt, schema, system } = read.value.request;
  const size = inputSizeOf([system ?? agent?.system ?? null, prompt, schema]);
  const limits = (nowMs: number) => limitsOfRun(spending, nowMs);
  const { family, failOpen } = spending;
  const by = { size, limits, family, mayFailOpen: failOpen !== null };
  const facts = await gatherFacts(config, { host, stores }, by);
  const ids = {
    id: known.id ?? newId(facts.nowMs, host.random),
    traceId: asked.traceId ?? asked.parent?.traceId ?? newTraceId(host.random),
  };
  const placed = await placedRequest(wanted, { id: ids.id, dir: stores.isolatedDir, host });
  if (!placed.ok) return placed;
  const { request, isolation } = placed.value;
  const resolved = { ...wanted, request };
  const routed = await routedChoices(makePlan(config, facts, resolved), { host, resolved, size });
  if (!routed.ok) return routed;
  const choices = routed.value;
  const filled = fillCalls(choices, {
    resolved,
    ids,
    host: placed.value.host,
    isCwdMade: isolation !== null,
  });
  const planned: Planned = {
    request,
    agent,
    policy,
    access: resolved.access,
    spending,
    id: ids.id,
    traceId: ids.traceId,
    candidates: filled.candidates,
    rejected: filled.rejected,
    nowMs: facts.nowMs,
    startedAt: new Date(facts.nowMs).toISOString(),
    inputTokens: size.inputTokens,
    mostInputTokens: size.mostInputTokens,
    tooMany: await tooManyNested(request, stores.ledger),
    rules: rulesFor(policy, request, filled.candidates.length),
    isolation,
    checkAnswer,
    catalogue: config.models,
    preference: preferenceOf(config, agent, facts),
    isUnconfigured: config.files.length === 0,
    plan: namedPlan(
      resolved,
      { ...filled, ...size },
      { warnings: agentWarnings(config, agent, choices), host },
    ),
  };
  if (host.debug !== undefined) debugPlan(host.debug, planned, facts);
  return ok(planned);
}

/** The complete request: with the files of its agent, its conversation, and the schema of its answer. */
async function readRequest(
  asked: Request,
  agent: AgentConfig | null,
  host: Host,
): Promise<Result<Pick<Planned, 'request' | 'checkAnswer'>, Failure>> {
  const filled = await withAgentFiles(agent, host, asked);
  if (!filled.ok) return filled;
  if (filled.value.messages.length > 0 && !hasPrompt(filled.value)) return err(missingPrompt());
  const request = withConversation(filled.value, agent?.system ?? null);
  if (request.schema === null) return ok({ request, checkAnswer: null });
  const { compileAnswerSchema } = await import('./attempts/answer-schema.js');
  const check = await compileAnswerSchema(request.schema, {
    source: 'the schema',
    names: settingNames(request.origin),
  });
  return check.ok ? ok({ request, checkAnswer: check.value }) : check;
}

/** The request in its working directory: a work tree of its own, where it is to be isolated. */
async function placedRequest(
  resolved: ResolvedRequest,
  by: { id: string; dir: string | null; host: Host },
): Promise<Result<Placed, Failure>> {
  const { request, agent } = resolved;
  if (request.isolation === null && agent?.isolate !== 'worktree')
    return ok({ request, isolation: null, host: by.host });
  const { planIsolation } = await import('./isolation/plan-isolation.js');
  return planIsolation(resolved, by);
}

/** In the order of the program's own routing policy, if it has one. */
async function routedChoices(
  choices: Choices,
  by: { host: Host; resolved: ResolvedRequest; size: InputSize },
): Promise<Result<Choices, Failure>> {
  const { route } = by.host;
  if (route === undefined) return ok(choices);
  const { agent, request } = by.resolved;
  const { task, session, tags } = request;
  const { applyRouting } = await import('./planning/apply-routing.js');
  const known = { agent: agent?.name ?? null, task, session, tags, inputTokens: by.size.inputTokens };
  return applyRouting(route, choices, known);
}

function withSpending(
  config: RouterConfig,
  known: Omit<ResolvedRequest, 'spending'>,
  project: string,
): ResolvedRequest {
  const { request, agent, policy, access } = known;
  const { maxCostMicroUsd, parent } = request;
  const spending = spendingOf(config, { project, policy, agent, maxCostMicroUsd });
  const family = parent?.family.cap ?? null;
  return { request, agent, policy, access, spending: { ...spending, family } };
}

/** Fills in the call of every candidate, and of rejected ones, which may be shown or become ready during the run. */
function fillCalls(
  { candidates, rejected }: Choices,
  by: { resolved: ResolvedRequest; ids: { id: string; traceId: string }; host: Host; isCwdMade: boolean },
): Pick<Planned, 'candidates' | 'rejected'> {
  const fill = (candidate: Candidate): PlannedCandidate => {
    const gateway = gatewayOf(candidate, by.resolved);
    const known = taskOf(by.resolved, by.ids, candidate, gateway);
    const task = by.isCwdMade ? { ...known, isCwdMade: true } : known;
    const call = by.host.adapterOf(task.tool).prepare(task, by.host);
    const { tool, modelName, model, billing, availability, because } = candidate;
    return { tool, modelName, model, billing, availability, because, task, gateway, call };
  };
  return {
    candidates: candidates.map(fill),
    rejected: rejected.map(({ names, candidate }) => ({ names, candidate: candidate && fill(candidate) })),
  };
}

/** The preferred pair for comparisons; `null`: none. */
function preferenceOf(config: RouterConfig, agent: AgentConfig | null, facts: Facts): Preference | null {
  const pair = agent === null ? null : preferredPair(config, agent);
  if (pair === null) return null;
  return {
    ...pair,
    billing: lookup(facts.billing, pair.tool) ?? 'api',
    price: lookup(config.models, pair.model)?.price ?? null,
    manyRequests: lookup(config.tools, pair.tool)?.kind === 'command',
  };
}

/** The plan by names. */
function namedPlan(
  { agent, policy, access, request }: ResolvedRequest,
  made: Pick<Planned, 'inputTokens' | 'mostInputTokens' | 'candidates' | 'rejected'>,
  { warnings, host }: { warnings: readonly string[]; host: Host },
): Plan {
  const ignored = made.candidates.flatMap((candidate) => ignoredOptions(candidate, host));
  return {
    agent: agent?.name ?? null,
    policy: policy.name,
    access,
    inputTokens: made.inputTokens,
    mostInputTokens: made.mostInputTokens,
    candidates: made.candidates.map(namesOf),
    rejected: made.rejected.map(({ names }) => names),
    ignored,
    warnings: [...warnings, ...taskWarnings(agent, request), ...ignoredWarnings(request, ignored)],
  };
}

function ignoredOptions({ task }: PlannedCandidate, host: Host): Ignored[] {
  return host
    .adapterOf(task.tool)
    .ignored(task)
    .map((entry) => ({ ...entry, tool: task.tool.name }));
}

/** Warns about unsupported options of the request, but not about those of the agent's config. */
function ignoredWarnings(request: Request, ignored: readonly Ignored[]): string[] {
  const names = settingNames(request.origin);
  const asked: Readonly<Record<string, { name: string | null; value: unknown }>> = {
    effort: { name: names.effort, value: request.effort },
    max_tokens: { name: names.maxTokens, value: request.maxTokens },
    temperature: { name: names.temperature, value: request.temperature },
    max_cost_usd: { name: names.maxCost, value: request.maxCostMicroUsd },
    stop: { name: names.stop, value: request.stop.length === 0 ? null : request.stop },
  };
  return ignored.flatMap(({ option, tool }) => {
    const { name, value = null } = lookup(asked, option) ?? {};
    if (value === null) return [];
    if (option === 'max_cost_usd')
      return [`${name} is checked, not enforced: tool \`${tool}\` does not support it`];
    return [`${name} is ignored: tool \`${tool}\` does not support it`];
  });
}
