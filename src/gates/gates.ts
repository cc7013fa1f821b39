import type { AgentConfig, PolicyConfig, RouterConfig, ToolConfig } from '../config/types.js';
import type { Facts } from '../domain/facts.js';
import type { FailureType } from '../domain/failure.js';
import { lookup } from '../domain/lookup.js';
import type { Access, Request } from '../domain/request.js';
import { placeholdersOf } from '../domain/template.js';
import { checkBudget, checkJustification } from '../policy/budget.js';
import { activeCooldown, cooldownText } from '../policy/cooldown.js';
import { checkGovernance } from '../policy/governance.js';
import { type RunCost, runCost } from '../policy/run-cost.js';
import { capOf } from '../policy/spend-limits.js';
import { accessLevelsOf, offers, offersAccess } from './offered.js';

/** Why a pair may not serve the request. */
export interface GateRefusal {
  reason: FailureType;
  detail: string;
  hint: string | null;
  at: string | null;
  /** ISO time from which on the pair may run again; `null`: unknown, or time changes nothing. */
  resetAt: string | null;
}

/** What a gate judges. */
export interface GateInput {
  tool: ToolConfig;
  model: string | null;
  config: RouterConfig;
  policy: PolicyConfig;
  facts: Facts;
  access: Access;
  request: Request;
  agent: AgentConfig | null;
  /** A session of the tool is to be continued. */
  resumes: boolean;
}

type Gate = (input: GateInput) => GateRefusal | null;

/** The gates in their order; the first that refuses says why. The same for every candidate, fallbacks included. */
const GATES: readonly Gate[] = [
  offered,
  resumable,
  accessOffered,
  governed,
  fitsWindow,
  available,
  notCoolingDown,
  justified,
  withinBudget,
];

/** The first refusal of a pair; `null` lets it through. */
export function checkGates(input: GateInput): GateRefusal | null {
  for (const gate of GATES) {
    const refusal = gate(input);
    if (refusal !== null) return refusal;
  }
  return null;
}

function offered({ tool, model }: GateInput): GateRefusal | null {
  if (model === null) {
    if (tool.kind === 'mock' || (tool.kind === 'command' && !needsModel(tool))) return null;
    const what = tool.kind === 'http' ? 'API' : 'command';
    return refuse('model_not_found', `the ${what} of \`${tool.name}\` needs a model, and none is named`, {
      hint: `give one with \`--model\`, or list one under \`models\` of \`${tool.name}\``,
      at: tool.at,
    });
  }
  if (offers(tool, model)) return null;
  const listed = tool.models.map((entry) => `\`${entry.value}\``).join(', ');
  return refuse('model_not_found', `\`${tool.name}\` does not offer \`${model}\``, {
    hint: listed === '' ? `\`${tool.name}\` lists no models` : `it lists ${listed}`,
    at: tool.models[0]?.at ?? tool.at,
  });
}

/** A placeholder outside optional groups must have a value. */
function needsModel(tool: Extract<ToolConfig, { kind: 'command' }>): boolean {
  return placeholdersOf(tool.argv.filter((item) => 'argument' in item)).includes('model');
}

function resumable({ tool, resumes }: GateInput): GateRefusal | null {
  if (!resumes) return null;
  if (tool.kind === 'command' && canResume(tool)) return null;
  return refuse('invalid_request', `\`${tool.name}\` cannot continue a session`, {
    hint:
      tool.kind === 'http'
        ? 'an API keeps no sessions; send the whole conversation as a prompt'
        : 'its definition has no `{tool_session_id}`; send the whole conversation as a prompt',
    at: tool.at,
  });
}

function canResume({ argv, envTemplate }: Extract<ToolConfig, { kind: 'command' }>): boolean {
  return placeholdersOf([...argv, { group: Object.values(envTemplate) }]).includes('tool_session_id');
}

function accessOffered({ tool, access }: GateInput): GateRefusal | null {
  if (offersAccess(tool, access)) return null;
  const levels = accessLevelsOf(tool).join(', ');
  return refuse('not_allowed', `\`${tool.name}\` does not offer access \`${access}\``, {
    hint: `it offers ${levels}`,
    at: tool.at,
  });
}

function governed({ tool, model, policy }: GateInput): GateRefusal | null {
  const refusal = checkGovernance(policy, { tool: tool.name, model });
  return refusal === null ? null : refuse('not_allowed', refusal.detail, refusal);
}

function fitsWindow({ model, config, facts }: GateInput): GateRefusal | null {
  const entry = lookup(config.models, model);
  const window = entry?.contextWindow ?? null;
  if (entry === null || window === null || facts.inputTokens <= window) return null;
  return refuse(
    'context_too_large',
    `about ${facts.inputTokens} tokens do not fit the window of \`${entry.name}\` (${window})`,
    {
      hint: 'choose a model with a larger window, or give less context',
      at: entry.at,
    },
  );
}

function available({ tool, facts }: GateInput): GateRefusal | null {
  const state = lookup(facts.tools, tool.name);
  if (state === null)
    return refuse('tool_not_found', `nothing is known of \`${tool.name}\` on this machine`, {
      hint: null,
      at: tool.at,
    });
  if (state.available) return null;
  return refuse(state.reason, state.detail, { hint: state.hint, at: tool.at });
}

function notCoolingDown({ tool, model, facts }: GateInput): GateRefusal | null {
  const cooldown = activeCooldown(facts.cooldowns, { tool: tool.name, model }, facts.nowMs);
  if (cooldown === null) return null;
  const resetAt = new Date(cooldown.untilMs).toISOString();
  const name = cooldown.model === null ? tool.name : `${tool.name} ${cooldown.model}`;
  const detail = `\`${name}\` is ${cooldownText(cooldown, facts.nowMs)}`;
  const hint = 'to retry now: `llm-router doctor --clear-cooldowns`';
  return { ...refuse(cooldown.reason, detail, { hint, at: null }), resetAt };
}

function justified(input: GateInput): GateRefusal | null {
  const refusal = checkJustification(input.policy, costOf(input), input.request.justification);
  return refusal === null ? null : { reason: 'budget_exceeded', resetAt: null, ...refusal };
}

function withinBudget(input: GateInput): GateRefusal | null {
  const { facts, request } = input;
  const run = costOf(input);
  if (facts.spendTrouble !== null && run.billing === 'api' && !request.force)
    return { reason: 'input', resetAt: null, ...facts.spendTrouble };
  const verdict = checkBudget(facts.spend, run, { forced: request.force, nested: request.parent !== null });
  return 'refusal' in verdict ? { reason: 'budget_exceeded', ...verdict.refusal } : null;
}

/** What a run of the pair may cost. */
export function costOf(
  input: Pick<GateInput, 'tool' | 'model' | 'config' | 'policy' | 'facts' | 'request' | 'agent'>,
): RunCost {
  const { tool, model, config, policy, facts, request, agent } = input;
  const entry = lookup(config.models, model);
  return runCost({
    kind: tool.kind,
    billing: lookup(facts.billing, tool.name) ?? 'api',
    model,
    price: entry?.price ?? null,
    inputTokens: facts.inputTokens,
    maxOutputTokens: request.maxTokens ?? agent?.maxTokens ?? entry?.maxOutputTokens ?? null,
    capMicroUsd: capOf(config, {
      policy: policy.name,
      agent: agent?.name ?? null,
      maxCostMicroUsd: request.maxCostMicroUsd,
    }),
  });
}

function refuse(
  reason: FailureType,
  detail: string,
  more: { hint: string | null; at: string | null },
): GateRefusal {
  return { reason, detail, resetAt: null, hint: more.hint, at: more.at };
}
