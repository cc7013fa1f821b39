import { BUDGET } from '../keys/budget.js';
import { POLICY } from '../keys/policies.js';
import { readKeys } from '../keys/resolved.js';
import { record } from '../tree.js';
import type { BudgetConfig, PolicyConfig } from '../types.js';
import { unwritten, type Written } from '../written.js';

/** Every policy; `default` always exists, and the others inherit from it what they do not state. */
export function resolvePolicies(
  entries: readonly [name: string, policy: Written][],
): Record<string, PolicyConfig> {
  const own = entries.find(([name]) => name === 'default')?.[1];
  const base = policyOf('default', own ?? unwritten({}));
  const others = entries.filter(([name]) => name !== 'default');
  return record([
    ['default', base],
    ...others.map(([name, policy]) => [name, policyOf(name, policy, base)] as const),
  ]);
}

function policyOf(name: string, policy: Written, base?: PolicyConfig): PolicyConfig {
  return {
    ...readKeys(POLICY, policy, base),
    name,
    at: policy.keyAt(),
    budgets: policy.child('budget').items().map(budgetOf),
  };
}

function budgetOf(entry: Written): BudgetConfig {
  const { limit, ...keys } = readKeys(BUDGET, entry);
  return {
    ...keys,
    at: entry.keyAt(),
    isHard: limit.type === 'hard',
    thresholdPercent: limit.thresholdPercent,
  };
}
