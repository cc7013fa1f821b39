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
  const keys = readKeys(POLICY, policy, base);
  return {
    ...keys,
    retry: { ...keys.retry, perFailure: perFailureOf(keys, policy.child('retry'), base) },
    name,
    at: policy.keyAt(),
    budgets: policy.child('budget').items().map(budgetOf),
  };
}

/** Rate limits have more retries than the rest, unless the policy says how many all have. */
const LIMIT_RETRIES = 5;

function perFailureOf(
  { retry }: Pick<PolicyConfig, 'retry'>,
  written: Written,
  base: PolicyConfig | undefined,
): PolicyConfig['retry']['perFailure'] {
  const { maxRetries, perFailure } = retry;
  const isStated = (entry: Written): boolean => entry.child('max_retries').value !== undefined;
  const ofLimits = perFailure.rate_limit;
  if (isStated(written.child('per_failure').child('rate_limit'))) return perFailure;
  const inherited = base === undefined ? LIMIT_RETRIES : (ofLimits?.maxRetries ?? maxRetries);
  const retries = isStated(written) ? maxRetries : inherited;
  return { ...perFailure, rate_limit: { ...ofLimits, maxRetries: retries } };
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
