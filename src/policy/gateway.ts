import type { PolicyConfig, ToolConfig } from '../config/types.js';
import type { Billing } from '../domain/cost.js';
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
  billing: Billing;
  /** The cap of the request, micro-USD; `null`: no cap. */
  capMicroUsd: Spending['capMicroUsd'];
  budgets: readonly Pick<AppliedBudget, 'budget'>[];
}

/** The use of a gateway in a run; `null`: the tool has none. */
export function gatewayUse({ mode, tool, billing, capMicroUsd, budgets }: GatewayInput): GatewayUse | null {
  if (tool.kind !== 'command' || tool.gateway === null) return null;
  if (mode === 'off') return off('the policy has `gateway: off`');
  if (billing === 'subscription' && !tool.gateway.subscription)
    return off('the login of a subscription may not work through it');
  if (mode === 'always') return on('the policy has `gateway: always`');
  if (billing === 'api' && budgets.some(isHardLimit)) return on('a hard limit applies');
  if (billing === 'api' && capMicroUsd !== null) return on('a cap applies');
  if (tool.ownRetries) return on('the tool retries by itself');
  return off('no cap and no hard limit applies');
}

/** The same of a candidate, as a gate, a plan and a run see it. */
export function gatewayOf(
  { tool, billing }: Pick<GatewayInput, 'tool' | 'billing'>,
  {
    policy,
    spending,
  }: { policy: Pick<PolicyConfig, 'gateway'>; spending: Pick<Spending, 'capMicroUsd' | 'budgets'> },
): GatewayUse | null {
  return gatewayUse({ mode: policy.gateway, tool, billing, ...spending });
}

function isHardLimit({ budget }: Pick<AppliedBudget, 'budget'>): boolean {
  return budget.isHard && (budget.dailyMicroUsd !== null || budget.monthlyMicroUsd !== null);
}

function on(why: string): GatewayUse {
  return { isUsed: true, why };
}

function off(why: string): GatewayUse {
  return { isUsed: false, why };
}
