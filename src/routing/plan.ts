import type { AgentConfig, RouterConfig } from '../config/types.js';
import type { Facts } from '../domain/facts.js';
import { lookup } from '../domain/lookup.js';
import type { Rejected } from '../domain/plan.js';
import type { Request } from '../domain/request.js';
import type { Candidate } from '../gates/candidate.js';
import type { GateRefusal, ResolvedRequest } from '../gates/gate.js';
import { checkGates } from '../gates/gates.js';
import { fallbackIsOn, type Pair, selectChoices } from './select.js';

/** The candidates of a request in order, and the rejected pairs. */
export interface Choices {
  candidates: Candidate[];
  rejected: Rejection[];
}

/** A tool and model that may not serve the request; `candidate` is `null` where there is no such tool. */
export interface Rejection {
  names: Rejected;
  candidate: Candidate | null;
}

/**
 * Plans which pairs may serve a request, in which order, and why: a pure function. Of every choice the first pair that passes the gates
 * is taken; without fallback only the first choice that has one. If no pair can serve, the plan has no candidates.
 */
export function makePlan(config: RouterConfig, facts: Facts, resolved: ResolvedRequest): Choices {
  const plan: Choices = { candidates: [], rejected: [] };
  const { request, agent, policy, access, spending } = resolved;
  const seen = new Set<string>();
  for (const choice of selectChoices({ config, facts, request, agent, policy })) {
    for (const pair of choice) {
      const key = JSON.stringify([pair.tool, pair.model]);
      if (seen.has(key)) continue;
      seen.add(key);
      const candidate = candidateOf(config, facts, pair);
      const refusal =
        candidate === null
          ? undefinedPair(pair)
          : checkGates({ request, agent, policy, access, spending, candidate, facts });
      if (candidate !== null && refusal === null) {
        plan.candidates.push(candidate);
        break;
      }
      if (refusal === null) continue;
      const position = plan.candidates.length;
      const names = rejectedNames(pair, refusal);
      plan.rejected.push({ names: position === 0 ? names : { ...names, position }, candidate });
    }
    if (plan.candidates.length > 0 && !fallbackIsOn(resolved.request)) break;
  }
  return plan;
}

/** Warnings about the task type. */
export function taskWarnings(agent: AgentConfig | null, request: Request): string[] {
  if (request.task === null || lookup(agent?.taskTypes ?? {}, request.task) !== null) return [];
  // Of a candidate of a race, whose tool is named, it says only in reports what it was for.
  if ((request.isolation?.race ?? null) !== null) return [];
  const known = Object.keys(agent?.taskTypes ?? {}).map((name) => `\`${name}\``);
  const ignored = `so task \`${request.task}\` is ignored`;
  if (agent === null) return [`no agent asks, ${ignored}`];
  const has =
    known.length === 0 ? 'has no `task_types`' : `has no such entry in \`task_types\` (${known.join(', ')})`;
  return [`agent \`${agent.name}\` ${has}, ${ignored}`];
}

/** Warns when the first usable tool is taken although the config has agents. */
export function agentWarnings(config: RouterConfig, agent: AgentConfig | null, choices: Choices): string[] {
  if (agent !== null) return [];
  const names = Object.keys(config.agents);
  if (names.length === 0) return [];
  const pairs = [...choices.candidates, ...choices.rejected.map(({ names: rejected }) => rejected)];
  if (!pairs.some(({ because }) => because.some(({ rule }) => rule === 'first_usable'))) return [];
  const shown = names.slice(0, SHOWN_AGENTS).map((name) => `\`${name}\``);
  const list = names.length > shown.length ? [...shown, '…'] : shown;
  return [`no agent is named: say \`-a\` or set \`default_agent\` (agents: ${list.join(', ')})`];
}

/** A longer list would hide what to do. */
const SHOWN_AGENTS = 8;

/** The resolved names of a pair; `null`: there is no such tool. */
function candidateOf(config: RouterConfig, facts: Facts, pair: Pair): Candidate | null {
  const tool = lookup(config.tools, pair.tool);
  if (tool === null) return null;
  return {
    tool,
    modelName: pair.model,
    model: lookup(config.models, pair.model),
    billing: lookup(facts.billing, tool.name) ?? 'api',
    availability: lookup(facts.tools, tool.name),
    because: pair.because,
  };
}

function undefinedPair({ tool, model, at }: Pair): GateRefusal & { gate: null } {
  const known = { gate: null, at, resetAt: null };
  if (tool !== null)
    return {
      ...known,
      reason: 'tool_not_found',
      detail: `tool \`${tool}\` is not defined`,
      hint: 'define it under `tools`',
    };
  return {
    ...known,
    reason: 'model_not_found',
    detail: `no tool lists model \`${model}\``,
    hint: `add it under \`models\` of the tool that runs it, or write \`tool:${model}\``,
  };
}

function rejectedNames(pair: Pair, refusal: GateRefusal & { gate: string | null }): Rejected {
  const { tool, model, because } = pair;
  return { tool, model, because, phase: 'plan', ...refusal, at: refusal.at ?? pair.at };
}
