import { finding, relatedTo } from '../../config/finding.js';
import type { Path } from '../../config/tree.js';
import type { BudgetConfig, PolicyConfig } from '../../config/types.js';
import { describePath } from '../../config/words.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { toUsd } from '../../domain/cost.js';
import type { SpendLimit } from '../../domain/facts.js';
import { itemPath } from '../item-path.js';
import { budgetRefusal, type LimitedChain, type PaidPair } from '../money.js';
import { noteAt } from '../note.js';
import { type LintInput, type LintRule, mentioned } from '../rule.js';

const CODE = 'config/budget-conflict';

/** Limits of spending of which one makes another pointless, or lets nothing through. */
export const budgetConflict: LintRule = {
  code: CODE,
  check: (input) => [
    ...mentioned(input, 'policies').flatMap(({ entry }) => conflictsIn(input, entry)),
    ...input.limited.flatMap((chain) => neverFits(input, chain)),
  ],
};

function conflictsIn(input: LintInput, policy: PolicyConfig): Diagnostic[] {
  const list = ['policies', policy.name, 'budget'];
  return policy.budgets.flatMap((budget, index) =>
    conflictsWithin(input, budget, itemPath(input.merged, list, index)),
  );
}

/** The limit of a shorter time must not be above that of a longer one. */
function conflictsWithin(input: LintInput, budget: BudgetConfig, path: Path): Diagnostic[] {
  const stated = [
    { key: 'per_request_usd', limit: budget.perRequestMicroUsd },
    { key: 'daily_usd', limit: budget.dailyMicroUsd },
    { key: 'monthly_usd', limit: budget.monthlyMicroUsd },
  ].flatMap(({ key, limit }) => (limit === null ? [] : [{ key, microUsd: limit.value }]));
  return stated.flatMap(({ key, microUsd }, index) => {
    const lower = stated.slice(index + 1).find((longer) => longer.microUsd < microUsd);
    if (lower === undefined) return [];
    const where = [...path, key];
    const message = `${describePath(where)} is above \`${lower.key}\`, so it never applies: ${toUsd(microUsd)} against ${toUsd(lower.microUsd)}`;
    const related = relatedTo(input, [...path, lower.key], 'the lower limit');
    return [finding(input, { code: CODE, path: where, message, related })];
  });
}

/** The worst case of a run is reserved before it starts: one that is above a hard limit never starts. */
function neverFits(input: LintInput, chain: LimitedChain): Diagnostic[] {
  const { name, maxCostMicroUsd } = chain.agent;
  const tooLarge = chain.paid.flatMap((pair) => {
    const limit = exceededLimit(chain, pair);
    return limit === null ? [] : [{ pair, limit }];
  });
  const capped = tooLarge.find(({ pair }) => pair.cost.worstMicroUsd === maxCostMicroUsd);
  const others = tooLarge.filter(({ pair }) => pair.cost.worstMicroUsd !== maxCostMicroUsd);
  return [
    ...(capped === undefined
      ? []
      : [
          finding(input, {
            code: CODE,
            path: ['agents', name, 'max_cost_usd'],
            message: `no request of agent \`${name}\` fits its budget: one may cost ${sums(capped)}`,
            related: noteAt(capped.limit.at, 'the hard limit'),
            hint: 'lower `max_cost_usd`, or raise the limit',
          }),
        ]),
    ...others.map(({ pair, limit }) =>
      finding(input, {
        code: CODE,
        path: pair.choice.path,
        message: `no request of agent \`${name}\` to tool \`${pair.tool.name}\` fits its budget: one may cost ${sums({ pair, limit })}`,
        related: noteAt(limit.at, 'the hard limit'),
        hint: 'set a lower `max_cost_usd` of the agent, or raise the limit',
      }),
    ),
  ];
}

function sums({ pair, limit }: { pair: PaidPair; limit: SpendLimit }): string {
  return `${toUsd(pair.cost.worstMicroUsd ?? 0)}, and \`${limit.key}\` is ${toUsd(limit.limitMicroUsd)}`;
}

/** The hard limit that a run would exceed although nothing was spent yet; another rule reports a missing price. */
function exceededLimit({ limits }: LimitedChain, pair: PaidPair): SpendLimit | null {
  const cost = { ...pair.cost, missing: null };
  const exceeded = limits.find((limit) => budgetRefusal([limit], cost)?.why === 'over_limit');
  return exceeded ?? null;
}
