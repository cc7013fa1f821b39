import type { GatewaySettings, ModelConfig, PolicyConfig, ToolConfig } from '../config/types.js';
import type { Billing } from '../domain/cost.js';
import { matchesGlob } from '../domain/glob.js';
import { sentId } from './sent-id.js';
import type { AppliedBudget, Spending } from './spend-limits.js';

/** Whether the calls of a tool pass through the router in a run, and why. */
export interface GatewayUse {
  isUsed: boolean;
  /** For people: a clause behind `on: ` or `off: `. */
  why: string;
}

/** What the use of a gateway depends on. */
export interface GatewayInput {
  mode: PolicyConfig['gateway'];
  tool: ToolConfig;
  /** The id that the tool gets; `null`: none. */
  modelId: string | null;
  billing: Billing;
  /** The cap of the request or of an outer one, micro-USD; `null`: no cap. */
  capMicroUsd: Spending['capMicroUsd'];
  budgets: readonly Pick<AppliedBudget, 'budget'>[];
}

/** The use of a gateway in a run; `null`: the tool has none. */
export function gatewayUse(input: GatewayInput): GatewayUse | null {
  const { mode, tool, modelId, billing, capMicroUsd, budgets } = input;
  if (tool.kind !== 'command' || tool.gateway === null) return null;
  if (mode === 'off') return off('the policy has `gateway: off`');
  if (billing === 'subscription' && !tool.gateway.subscription)
    return off('the login of a subscription may not work through it');
  if (!sendsCalls(tool.gateway, modelId)) return off(`calls of model \`${modelId}\` do not go through it`);
  if (mode === 'always') return on('the policy has `gateway: always`');
  if (billing === 'api' && hasHardLimit({ budgets })) return on('a hard limit applies');
  if (billing === 'api' && capMicroUsd !== null) return on('a cap applies');
  if (tool.ownRetries) return on('the tool retries by itself');
  return off('no cap and no hard limit applies');
}

/** How the gateway of a tool is set here, as a clause for people, and who holds a cap; whatever the request. */
export function gatewayState(
  tool: ToolConfig,
  { mode, billing }: Pick<GatewayInput, 'mode' | 'billing'>,
): { words: string | null; costCap: ToolConfig['costCap'] } {
  if (tool.kind !== 'command' || tool.gateway === null) return { words: null, costCap: tool.costCap };
  const { models } = tool.gateway;
  const input = { mode, tool, billing, modelId: models[0] ?? null, budgets: [] };
  const [free, capped] = [
    gatewayUse({ ...input, capMicroUsd: null }),
    gatewayUse({ ...input, capMicroUsd: 1 }),
  ];
  const which = models.includes('*') ? '' : ` for ${models.map((model) => `\`${model}\``).join(', ')}`;
  if (capped?.isUsed !== true) return { words: `gateway off: ${capped?.why}`, costCap: tool.costCap };
  const when = free?.isUsed === true ? '' : ' under a cap or a hard limit';
  return {
    words: `gateway on${which}${when}`,
    costCap: billing === 'api' && which === '' ? 'enforced' : tool.costCap,
  };
}

/** The same of a candidate, as a gate, a plan and a run see it. */
export function gatewayOf(
  { tool, modelName, model, billing }: GatewayCandidate,
  {
    policy,
    spending,
  }: {
    policy: Pick<PolicyConfig, 'gateway'>;
    spending: Pick<Spending, 'capMicroUsd' | 'budgets' | 'family'>;
  },
): GatewayUse | null {
  return gatewayUse({
    mode: policy.gateway,
    tool,
    modelId: sentId(tool, modelName, model),
    billing,
    budgets: spending.budgets,
    capMicroUsd: spending.capMicroUsd ?? spending.family?.capMicroUsd ?? null,
  });
}

/** A tool and a model, as far as the use of a gateway depends on them. */
export interface GatewayCandidate extends Pick<GatewayInput, 'tool' | 'billing'> {
  modelName: string | null;
  model: Pick<ModelConfig, 'id' | 'ids'> | null;
}

function sendsCalls({ models }: GatewaySettings, modelId: string | null): boolean {
  return models.some((pattern) => matchesGlob(modelId ?? '', pattern));
}

/** Whether a daily or monthly limit is hard. */
export function hasHardLimit({ budgets }: Pick<GatewayInput, 'budgets'>): boolean {
  return budgets.some(
    ({ budget }) => budget.isHard && (budget.dailyMicroUsd !== null || budget.monthlyMicroUsd !== null),
  );
}

function on(why: string): GatewayUse {
  return { isUsed: true, why };
}

function off(why: string): GatewayUse {
  return { isUsed: false, why };
}
