import type { PolicyConfig, RouterConfig } from '../config/types.js';
import { lookup } from '../domain/lookup.js';
import type { Plan } from '../domain/plan.js';

/** The policy that a plan was made by. */
export function policyOf(config: RouterConfig, plan: Plan): PolicyConfig {
  const policy = lookup(config.policies, plan.policy);
  if (policy === null) throw new Error(`the plan names policy ${plan.policy}, which is not defined`);
  return policy;
}
