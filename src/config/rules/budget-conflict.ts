import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { at } from '../tree.js';
import { describePath } from '../words.js';
import { type Budget, budgetsFor, budgetsOf, capOf } from './budgets.js';
import { entries, finding, type Rule, type RuleContext, relatedTo } from './rule.js';

const CODE = 'config/budget-conflict';

/** Limits of spending of which one makes another pointless, or lets nothing through. */
export const budgetConflict: Rule = {
  code: CODE,
  check: (context) => [
    ...entries(context, 'policies').flatMap(({ name }) =>
      budgetsOf(context, name).flatMap((budget) => withinEntry(context, budget)),
    ),
    ...entries(context, 'agents').flatMap(({ name }) => callOverBudget(context, name)),
  ],
};

const ORDER = [
  ['per_request_usd', 'perRequest'],
  ['daily_usd', 'daily'],
  ['monthly_usd', 'monthly'],
] as const;

/** The limit of a shorter time must not be above that of a longer one. */
function withinEntry(context: RuleContext, budget: Budget): Diagnostic[] {
  const stated = ORDER.flatMap(([key, field]) =>
    budget[field] === null ? [] : [{ key, usd: budget[field] }],
  );
  return stated.flatMap(({ key, usd }, index) => {
    const lower = stated.slice(index + 1).find((longer) => longer.usd < usd);
    if (lower === undefined) return [];
    const path = [...budget.path, key];
    const message = `${describePath(path)} is above \`${lower.key}\`, so it never applies: ${usd} against ${lower.usd}`;
    const related = relatedTo(context, [...budget.path, lower.key], 'the lower limit');
    return [finding(context, { code: CODE, path, message, related })];
  });
}

/** What one request may cost is reserved before it runs: above a hard limit nothing could ever start. */
function callOverBudget(context: RuleContext, agent: string): Diagnostic[] {
  const path = ['agents', agent, 'max_cost_usd'];
  const cap = at(context.merged.value, path);
  if (typeof cap !== 'number' || capOf(context, agent) !== cap) return [];
  const limits = budgetsFor(context, agent)
    .filter(({ isHard }) => isHard)
    .flatMap((budget) => ORDER.slice(1).map(([key, field]) => ({ budget, key, usd: budget[field] })));
  const limit = limits.find(({ usd }) => usd !== null && usd < cap);
  if (limit === undefined) return [];
  const message = `no request of agent \`${agent}\` fits its budget: one may cost ${cap}, and \`${limit.key}\` is ${limit.usd}`;
  const related = relatedTo(context, [...limit.budget.path, limit.key], 'the hard limit');
  return [
    finding(context, {
      code: CODE,
      path,
      message,
      related,
      hint: 'lower `max_cost_usd`, or raise the limit',
    }),
  ];
}
