import { adapterOf } from '../adapters/registry.js';
import type { RouterConfig } from '../config/types.js';
import { didYouMean } from '../diagnostics/suggest.js';
import { asksSomething, nothingAsked, withConversation } from '../domain/conversation.js';
import { type Failure, failure } from '../domain/failure.js';
import { newId, newTraceId } from '../domain/id.js';
import { lookup } from '../domain/lookup.js';
import type { Ignored, Plan } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { type Candidate, namesOf } from '../gates/candidate.js';
import type { ResolvedRequest } from '../gates/gate.js';
import { limitsAt, spendingOf } from '../policy/spend-limits.js';
import { rulesFor } from '../routing/decide.js';
import {
  type AccessTooHigh,
  type PlanError,
  type ResolvedNames,
  resolveNames,
  type UnknownName,
} from '../routing/names.js';
import { makePlan, taskWarnings } from '../routing/plan.js';
import { withAgentFiles } from './agent-files.js';
import { compileAnswerSchema } from './answer-schema.js';
import { debugPlan } from './debug.js';
import { estimateInputTokens, gatherFacts } from './facts.js';
import type { Planned, PlannedCandidate, PlannedRejection } from './planned.js';
import { taskOf } from './task.js';
import type { RouterWorld } from './world.js';

/**
 * Decides without running anything: looks up every name once, gathers facts, chooses, and fills in what each candidate would run. The
 * failure is a name that the config does not know, or a file it cannot read.
 */
export async function planRequest(
  config: RouterConfig,
  { host, stores }: Pick<RouterWorld, 'host' | 'stores'>,
  asked: Request,
): Promise<Result<Planned, Failure>> {
  const names = resolveNames(config, asked);
  if (!names.ok) return err(planErrorFailure(names.error));
  const nested = tooDeep(asked, names.value);
  if (nested !== null) return err(nested);
  const { agent, policy } = names.value;
  const filled = await withAgentFiles(agent, host, asked);
  if (!filled.ok) return filled;
  if (filled.value.messages.length > 0 && !asksSomething(filled.value)) return err(nothingAsked());
  const request = withConversation(filled.value, agent?.system ?? null);
  const check = request.schema === null ? ok(null) : await compileAnswerSchema(request.schema, 'the schema');
  if (!check.ok) return check;
  const project = stores.ledger?.project ?? '';
  const spending = spendingOf(config, {
    project,
    policy,
    agent,
    maxCostMicroUsd: request.maxCostMicroUsd,
  });
  const resolved: ResolvedRequest = { ...names.value, request, spending };
  const inputTokens = estimateInputTokens([
    request.system ?? agent?.system ?? null,
    request.prompt,
    request.schema,
  ]);
  const limits = (nowMs: number) => limitsAt(spending, nowMs);
  const facts = await gatherFacts(config, { host, stores }, { inputTokens, limits });
  const ids = {
    id: newId(facts.nowMs, host.random),
    traceId: request.traceId ?? request.parent?.traceId ?? newTraceId(host.random),
  };
  const fill = (candidate: Candidate): PlannedCandidate => {
    const task = taskOf(resolved, ids, candidate);
    return { ...candidate, task, call: adapterOf(task.tool).prepare(task, host) };
  };
  const choices = makePlan(config, facts, resolved);
  const candidates = choices.candidates.map(fill);
  const rejected = choices.rejected.map((one) => ({
    ...one,
    candidate: one.candidate && fill(one.candidate),
  }));
  const planned: Planned = {
    ...resolved,
    ...ids,
    nowMs: facts.nowMs,
    startedAt: new Date(facts.nowMs).toISOString(),
    inputTokens,
    rules: rulesFor(policy, request),
    checkAnswer: check.value,
    candidates,
    rejected,
    isUnconfigured: config.files.length === 0,
    plan: namedPlan(resolved, { inputTokens, candidates, rejected }),
  };
  if (host.debug !== undefined) debugPlan(host.debug, planned, facts);
  return ok(planned);
}

/** The decision by name. */
function namedPlan(
  { agent, policy, access, request }: ResolvedRequest,
  made: { inputTokens: number; candidates: PlannedCandidate[]; rejected: PlannedRejection[] },
): Plan {
  const ignored = made.candidates.flatMap(ignoredOptions);
  return {
    agent: agent?.name ?? null,
    policy: policy.name,
    access,
    inputTokens: made.inputTokens,
    candidates: made.candidates.map(namesOf),
    rejected: made.rejected.map(({ names }) => names),
    ignored,
    warnings: [...taskWarnings(agent, request), ...ignoredWarnings(request, ignored)],
  };
}

function ignoredOptions({ task }: PlannedCandidate): Ignored[] {
  return adapterOf(task.tool)
    .ignored(task)
    .map((entry) => ({ ...entry, tool: task.tool.name }));
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

/** An agent that calls itself must come to an end. */
function tooDeep({ parent }: Request, { policy: { name, maxDepth } }: ResolvedNames): Failure | null {
  const depth = parent?.depth ?? 0;
  if (depth <= maxDepth) return null;
  const message = `this call is nested ${depth} deep, and policy \`${name}\` allows ${maxDepth} (\`max_depth\`)`;
  return failure('not_allowed', message, { hint: 'an agent may be calling itself; see `llm-router trace`' });
}

/** Why a request cannot be planned, as a failure with the way out. */
function planErrorFailure(error: PlanError): Failure {
  return error.kind === 'access' ? accessFailure(error) : unknownNameFailure(error);
}

function accessFailure({ asked, agent, allowed }: AccessTooHigh): Failure {
  const where = allowed.at === null ? '' : ` (${allowed.at})`;
  return failure(
    'not_allowed',
    `agent \`${agent}\` may have access \`${allowed.value}\` at most, not \`${asked}\``,
    { hint: `raise \`access\` of the agent${where}, or ask for less` },
  );
}

/** A name that the config does not know, as a usage failure with the nearest name and the list. */
function unknownNameFailure({ kind, name, known }: UnknownName): Failure {
  if (kind === 'tier') {
    const list = known.length === 0 ? 'the config has no `tiers`' : `tiers with models: ${known.join(', ')}`;
    return failure('usage', `no model is set for tier \`${name}\``, { hint: list });
  }
  const plural = kind === 'policy' ? 'policies' : `${kind}s`;
  const hint =
    known.length === 0 ? `the config defines no ${plural}` : didYouMean(name, known, `defined ${plural}`);
  return failure('usage', `unknown ${kind} \`${name}\``, { hint });
}
