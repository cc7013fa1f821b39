import { at, child } from '../tree.js';
import { type Budget, budgetsFor, capOf, costsNothing } from './budgets.js';
import type { Candidate, Pair } from './candidates.js';
import { chainsOf, offeredPairs } from './chains.js';
import { finding, isOwn, type Rule, type RuleContext, relatedTo } from './rule.js';

/** A model without a price under a hard budget: what a run of it may cost cannot be reserved. */
export const missingPrice: Rule = {
  code: 'config/missing-price',
  check: (context) =>
    underHardBudget(context).flatMap(({ chain, budget }) => {
      const reported = new Set<string>();
      return chain.flatMap((candidate) => {
        const pair = paidPairs(context, candidate).find(({ model }) => isUnpriced(context, model));
        if (pair?.model === undefined || pair.model === null || reported.has(pair.model)) return [];
        reported.add(pair.model);
        const message = `model \`${pair.model}\` has no price, and agent \`${candidate.agent}\` is under a hard budget`;
        const hint = `add \`models: { ${pair.model}: { cost_per_1m_tokens: { input: …, output: … } } }\``;
        const related = relatedTo(context, budget.path, 'the hard budget');
        const path = candidate.modelPath;
        return [finding(context, { code: 'config/missing-price', path, message, hint, related })];
      });
    }),
};

/** A command tool under a hard budget without a cap for one request: its worst case is unknown. */
export const missingCostCap: Rule = {
  code: 'config/missing-cost-cap',
  check: (context) =>
    underHardBudget(context).flatMap(({ agent, chain, budget }) => {
      const pair = chain
        .flatMap((candidate) => paidPairs(context, candidate))
        .find(({ tool }) => isCommand(context, tool));
      if (pair === undefined || capOf(context, agent) !== null) return [];
      const message = `agent \`${agent}\` is under a hard budget, and nothing bounds one request to tool \`${pair.tool}\``;
      const hint = 'set `max_cost_usd` of the agent, or `per_request_usd` of the budget';
      const related = relatedTo(context, budget.path, 'the hard budget');
      const path = ['agents', agent];
      return [
        finding(context, { code: 'config/missing-cost-cap', path, what: 'key', message, hint, related }),
      ];
    }),
};

/** A tool that counts as a flat fee only because nobody said how it is paid: a hard budget would never block it. */
export const unmeteredTool: Rule = {
  code: 'config/unmetered-tool',
  check: (context) => {
    const reported = new Set<string>();
    return underHardBudget(context).flatMap(({ agent, chain, budget }) =>
      chain
        .flatMap((candidate) => offeredPairs(context, candidate))
        .filter(({ tool }) => isUnmetered(context, tool) && !reported.has(tool))
        .map(({ tool }) => {
          reported.add(tool);
          const message = `nobody says how tool \`${tool}\` is paid, so the hard budget of agent \`${agent}\` never blocks it`;
          const hint = 'set `billing: api` where it bills per token, else `billing: subscription` or `free`';
          const related = relatedTo(context, budget.path, 'the hard budget');
          const path = ['tools', tool];
          return finding(context, {
            code: 'config/unmetered-tool',
            path,
            what: 'key',
            message,
            hint,
            related,
          });
        }),
    );
  },
};

function isUnmetered(context: RuleContext, tool: string): boolean {
  const entry = at(context.merged.value, ['tools', tool]);
  const billing = child(entry, 'billing') ?? 'auto';
  return (
    isOwn(context, ['tools', tool]) &&
    isCommand(context, tool) &&
    billing === 'auto' &&
    child(entry, 'api_key_env') === undefined
  );
}

function underHardBudget(context: RuleContext): { agent: string; chain: Candidate[]; budget: Budget }[] {
  return chainsOf(context).flatMap((chain) => {
    const agent = chain[0]?.agent ?? '';
    const budget = budgetsFor(context, agent).find(({ isHard }) => isHard);
    return budget === undefined ? [] : [{ agent, chain, budget }];
  });
}

function paidPairs(context: RuleContext, candidate: Candidate): Pair[] {
  return offeredPairs(context, candidate).filter(({ tool }) => !costsNothing(context, tool));
}

function isUnpriced(context: RuleContext, model: string | null): boolean {
  if (model === null || context.isDoubtful(['models', model])) return false;
  return at(context.merged.value, ['models', model, 'cost_per_1m_tokens']) === undefined;
}

function isCommand(context: RuleContext, tool: string): boolean {
  return (at(context.merged.value, ['tools', tool, 'kind']) ?? 'command') === 'command';
}
