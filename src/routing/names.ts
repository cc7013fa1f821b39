import type { AgentConfig, Placed, PolicyConfig, RouterConfig } from '../config/types.js';
import { lookup } from '../domain/lookup.js';
import {
  ACCESS_LEVELS,
  type Access,
  type Request,
  TIER_OF_COMPLEXITY,
  TIERS,
  type Tier,
} from '../domain/request.js';
import { err, ok, type Result } from '../domain/result.js';

/** The request has a higher access level than the agent's config allows. */
export interface AccessTooHigh {
  kind: 'access';
  asked: Access;
  agent: string;
  allowed: Placed<Access>;
}

/** Why a request cannot be planned at all. */
export type PlanError = UnknownName | AccessTooHigh;

/** The resolved names of a request. */
export interface ResolvedNames {
  agent: AgentConfig | null;
  policy: PolicyConfig;
  access: Access;
}

/** Looks up every name of a request, once; the error is the first unknown name, or a higher access level than that of its agent. */
export function resolveNames(config: RouterConfig, request: Request): Result<ResolvedNames, PlanError> {
  const unknown = findUnknownName(config, request);
  if (unknown !== null) return err(unknown);
  const agent = lookup(config.agents, request.agent ?? config.defaultAgent?.value);
  const access = accessOf(agent, request);
  return access.ok ? ok({ agent, policy: policyOf(config, agent, request), access: access.value }) : access;
}

/** The requested policy, else the agent's, else `default`, which always exists after resolving. */
export function policyOf(config: RouterConfig, agent: AgentConfig | null, request: Request): PolicyConfig {
  const named =
    lookup(config.policies, request.policy ?? agent?.policy?.value) ?? lookup(config.policies, 'default');
  if (named === null) throw new Error('a resolved config always has the policy `default`');
  return named;
}

/** The access level of a request: the requested one, else that of its agent. */
function accessOf(agent: AgentConfig | null, request: Request): Result<Access, AccessTooHigh> {
  const asked = request.access;
  if (agent === null || asked === null) return ok(asked ?? agent?.access.value ?? 'read');
  const tooHigh = ACCESS_LEVELS.indexOf(asked) > ACCESS_LEVELS.indexOf(agent.access.value);
  return tooHigh ? err({ kind: 'access', asked, agent: agent.name, allowed: agent.access }) : ok(asked);
}

/** An unknown name on the command line. */
export interface UnknownName {
  kind: 'agent' | 'tool' | 'model' | 'policy' | 'tier';
  name: string;
  known: string[];
}

/** The first unknown name of the request; `null`: all are known. */
function findUnknownName(config: RouterConfig, request: Request): UnknownName | null {
  const { agents, tools, tiers, policies } = config;
  const { agent, tool, model, policy } = request;
  if (agent !== null && lookup(agents, agent) === null)
    return { kind: 'agent', name: agent, known: Object.keys(agents) };
  if (tool !== null && lookup(tools, tool) === null)
    return { kind: 'tool', name: tool, known: Object.keys(tools) };
  if (model !== null && !isKnownModel(config, model, tool))
    return { kind: 'model', name: model, known: knownModels(config) };
  if (policy !== null && lookup(policies, policy) === null) {
    return { kind: 'policy', name: policy, known: Object.keys(policies) };
  }
  const tier = requestedTier(request);
  if (tier !== null && tiers[tier].length === 0) {
    return { kind: 'tier', name: tier, known: TIERS.filter((name) => tiers[name].length > 0) };
  }
  return null;
}

/** The tier of `--tier`, else of `--complexity`. */
function requestedTier(request: Request): Tier | null {
  if (request.tier !== null) return request.tier;
  return request.complexity === null ? null : TIER_OF_COMPLEXITY[request.complexity];
}

/** Whether a model is in the catalogue, or a tool lists it by name; `tool` may accept any. */
export function isKnownModel(config: RouterConfig, model: string, tool: string | null): boolean {
  if (lookup(config.models, model) !== null) return true;
  if (lookup(config.tools, tool)?.models.some(({ value }) => value === '*') === true) return true;
  return listedModels(config).has(model);
}

/** The models that tools list, then the others of the catalogue. */
export function knownModels(config: RouterConfig): string[] {
  const names = new Set([...listedModels(config), ...Object.keys(config.models)]);
  names.delete('*');
  return [...names];
}

/** What the tools of a config list; looked up for each name of it. */
function listedModels(config: RouterConfig): ReadonlySet<string> {
  const known = LISTED.get(config);
  if (known !== undefined) return known;
  const listed = new Set(
    Object.values(config.tools).flatMap((tool) => tool.models.map(({ value }) => value)),
  );
  LISTED.set(config, listed);
  return listed;
}

const LISTED = new WeakMap<RouterConfig, ReadonlySet<string>>();
