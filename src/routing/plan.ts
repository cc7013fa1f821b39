import type { AgentConfig, PolicyConfig, RouterConfig } from '../config/types.js';
import type { Facts } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import type { Candidate, Plan, Rejected } from '../domain/plan.js';
import type { Access, Request } from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';
import { checkGates, type GateRefusal } from '../gates/gates.js';
import { accessOf, agentName, findUnknownName, type PlanError } from './names.js';
import { fallbackIsOn, type Pair, type SelectionInput, selectChoices } from './select.js';

/**
 * Decides who may serve a request, in which order, and why: a pure function of config, facts and request. A name that the
 * config does not know is the error; that nobody can serve is a plan without candidates.
 */
export function makePlan(config: RouterConfig, facts: Facts, request: Request): Result<Plan, PlanError> {
  const unknown = findUnknownName(config, request);
  if (unknown !== null) return err(unknown);
  const agent = lookup(config.agents, agentName(config, request));
  const policy = policyOf(config, agent, request);
  const access = accessOf(agent, request);
  if (!access.ok) return access;
  const input: SelectionInput = { config, facts, request, agent, policy };
  const { candidates, rejected } = applyGates(input, access.value);
  return ok({
    agent: agent?.name ?? null,
    policy: policy.name,
    access: access.value,
    inputTokens: facts.inputTokens,
    candidates,
    rejected,
    ignored: [],
    warnings: taskWarnings(agent, request),
  });
}

/** Judges a candidate of a plan again by what is true right before its run; `null`: it may run. */
export function recheck(
  config: RouterConfig,
  facts: Facts,
  { request, plan, candidate }: { request: Request; plan: Plan; candidate: Candidate },
): Rejected | null {
  const agent = lookup(config.agents, plan.agent);
  const policy = policyOf(config, agent, request);
  const judged = judge({ config, facts, request, agent, policy }, { ...candidate, at: null }, plan.access);
  return 'reason' in judged ? { ...judged, phase: 'admit' } : null;
}

/** The policy asked for, else the agent's, else `default`, which always exists after resolving. */
export function policyOf(config: RouterConfig, agent: AgentConfig | null, request: Request): PolicyConfig {
  const named =
    lookup(config.policies, request.policy ?? agent?.policy?.value) ?? lookup(config.policies, 'default');
  if (named === null) throw new Error('a resolved config always has the policy `default`');
  return named;
}

/** Of every choice the first pair that passes; without fallback only the first choice that gives one. */
function applyGates(
  input: SelectionInput,
  access: Access,
): { candidates: Candidate[]; rejected: Rejected[] } {
  const candidates: Candidate[] = [];
  const rejected: Rejected[] = [];
  const seen = new Set<string>();
  for (const choice of selectChoices(input)) {
    for (const pair of choice) {
      const key = JSON.stringify([pair.tool, pair.model]);
      if (seen.has(key)) continue;
      seen.add(key);
      const judged = judge(input, pair, access);
      if ('reason' in judged) {
        rejected.push(judged);
        continue;
      }
      candidates.push(judged);
      break;
    }
    if (candidates.length > 0 && !fallbackIsOn(input.request)) break;
  }
  return { candidates, rejected };
}

function judge(input: SelectionInput, pair: Pair, access: Access): Candidate | Rejected {
  const { config, facts, policy, agent } = input;
  const tool = lookup(config.tools, pair.tool);
  if (tool === null) return reject(pair, undefinedPair(pair));
  const refusal = checkGates({
    tool,
    model: pair.model,
    config,
    policy,
    facts,
    access,
    request: input.request,
    agent,
    resumes: input.request.resume !== null,
  });
  if (refusal !== null) return reject(pair, refusal);
  return { tool: tool.name, model: pair.model, because: pair.because };
}

function undefinedPair(pair: Pair): GateRefusal {
  if (pair.tool !== null)
    return {
      reason: 'tool_not_found',
      detail: `tool \`${pair.tool}\` is not defined`,
      hint: null,
      at: pair.at,
      resetAt: null,
    };
  return {
    reason: 'model_not_found',
    detail: `no tool lists model \`${pair.model}\``,
    hint: `add it under \`models\` of the tool that runs it, or write \`tool:${pair.model}\``,
    at: pair.at,
    resetAt: null,
  };
}

function reject(pair: Pair, refusal: GateRefusal): Rejected {
  return {
    tool: pair.tool,
    model: pair.model,
    because: pair.because,
    phase: 'plan',
    ...refusal,
    at: refusal.at ?? pair.at,
  };
}

function taskWarnings(agent: AgentConfig | null, request: Request): string[] {
  if (request.task === null || lookup(agent?.taskTypes ?? {}, request.task) !== null) return [];
  const known = Object.keys(agent?.taskTypes ?? {}).map((name) => `\`${name}\``);
  const list = known.length === 0 ? 'it has none' : `it has ${known.join(', ')}`;
  return [
    agent === null
      ? `no agent maps task \`${request.task}\``
      : `agent \`${agent.name}\` maps no task \`${request.task}\`: ${list}`,
  ];
}
