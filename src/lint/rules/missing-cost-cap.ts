import { finding } from '../../config/finding.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { budgetRefusal, type LimitedChain, type PaidPair } from '../money.js';
import { noteAt } from '../note.js';
import type { LintInput, LintRule } from '../rule.js';

const CODE = 'config/missing-cost-cap';

/** Nothing bounds the cost of one request under a hard budget: none of it can be reserved, so no run starts. */
export const missingCostCap: LintRule = {
  code: CODE,
  check: (input) =>
    input.limited.flatMap((chain) => {
      const unbounded = chain.paid.filter(
        ({ cost }) => budgetRefusal(chain.limits, cost)?.why === 'missing_cap',
      );
      const first = unbounded.find(isCertain) ?? unbounded[0];
      return first === undefined ? [] : [report(input, chain, first)];
    }),
};

/** A run is refused here whatever the request says, unless it carries a cap of its own. */
function isCertain({ onlyWithKey, cost }: PaidPair): boolean {
  return !onlyWithKey && cost.missing === 'cap';
}

function report(input: LintInput, { hardLimit }: LimitedChain, pair: PaidPair): Diagnostic {
  const { choice, tool, onlyWithKey, cost } = pair;
  const { name } = choice.agent;
  const unbounded = `nothing bounds one request to tool \`${tool.name}\``;
  const billed = onlyWithKey ? ' once its API key is set' : '';
  const limits = cost.missing === 'output_limit' ? '`max_cost_usd` or `max_tokens`' : '`max_cost_usd`';
  return finding(input, {
    code: CODE,
    path: ['agents', name],
    what: 'key',
    message: `agent \`${name}\` is under a hard budget, and ${unbounded}${billed}`,
    hint: `set ${limits} of the agent, or \`per_request_usd\` of the budget`,
    related: noteAt(hardLimit.at, 'the hard budget'),
    severity: isCertain(pair) ? 'error' : 'warning',
  });
}
