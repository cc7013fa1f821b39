import { at, child, itemsOf, type Path } from '../tree.js';
import { policyOf } from './governance.js';
import type { RuleContext } from './rule.js';

/** One entry of a policy's `budget`. */
export interface Budget {
  path: Path;
  isHard: boolean;
  /** USD; `null` where nothing is stated. */
  perRequest: number | null;
  daily: number | null;
  monthly: number | null;
}

/** The budgets of one policy. */
export function budgetsOf(context: RuleContext, policy: string): Budget[] {
  const path = ['policies', policy, 'budget'];
  return itemsOf(at(context.merged.value, path)).map(({ item, step }) => ({
    path: [...path, ...step],
    isHard: at(item, ['limit', 'type']) === 'hard',
    perRequest: numberAt(item, 'per_request_usd'),
    daily: numberAt(item, 'daily_usd'),
    monthly: numberAt(item, 'monthly_usd'),
  }));
}

/** All that hold for an agent: those of its policy, and those of `default` always. */
export function budgetsFor(context: RuleContext, agent: string): Budget[] {
  return [...new Set(['default', policyOf(context, agent)])].flatMap((policy) => budgetsOf(context, policy));
}

/** The most that one request of an agent may cost, in USD; `null` when nothing bounds it. */
export function capOf(context: RuleContext, agent: string): number | null {
  const own = numberAt(at(context.merged.value, ['agents', agent]), 'max_cost_usd');
  const caps = [own, ...budgetsFor(context, agent).map(({ perRequest }) => perRequest)];
  const known = caps.filter((cap) => cap !== null);
  return known.length === 0 ? null : Math.min(...known);
}

/** Whether what a tool does is never blocked by dollars. */
export function costsNothing(context: RuleContext, tool: string): boolean {
  const billing = at(context.merged.value, ['tools', tool, 'billing']);
  const kind = at(context.merged.value, ['tools', tool, 'kind']);
  return billing === 'free' || billing === 'subscription' || (kind === 'mock' && billing !== 'api');
}

function numberAt(value: unknown, key: string): number | null {
  const found = child(value, key);
  return typeof found === 'number' ? found : null;
}
