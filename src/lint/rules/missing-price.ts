import { finding } from '../../config/finding.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { budgetRefusal, type LimitedChain, type PaidPair } from '../money.js';
import { noteAt } from '../note.js';
import type { LintInput, LintRule } from '../rule.js';

const CODE = 'config/missing-price';

/** A model without a price under a hard budget: the cost of a run cannot be reserved, so none starts. */
export const missingPrice: LintRule = {
  code: CODE,
  check: (input) =>
    input.limited.flatMap((chain) => {
      const unpriced = chain.paid.filter(
        (pair) => !isDoubtful(input, pair) && budgetRefusal(chain.limits, pair.cost)?.why === 'missing_price',
      );
      const first = new Map(unpriced.toReversed().map((pair) => [pair.model ?? pair.tool.name, pair]));
      return unpriced
        .filter((pair) => first.get(pair.model ?? pair.tool.name) === pair)
        .map((pair) => report(input, chain, pair));
    }),
};

function isDoubtful({ faults }: LintInput, { model }: PaidPair): boolean {
  return model !== null && faults.isDoubtful(['models', model]);
}

function report(input: LintInput, { hardLimit }: LimitedChain, pair: PaidPair): Diagnostic {
  const { choice, model, tool } = pair;
  const what =
    model === null ? `tool \`${tool.name}\` has no model with a price` : `model \`${model}\` has no price`;
  return finding(input, {
    code: CODE,
    path: choice.modelPath,
    message: `${what}, and agent \`${choice.agent.name}\` is under a hard budget`,
    hint: `add \`models: { ${model ?? '<model>'}: { cost_per_1m_tokens: { input: …, output: … } } }\``,
    related: noteAt(hardLimit.at, 'the hard budget'),
  });
}
