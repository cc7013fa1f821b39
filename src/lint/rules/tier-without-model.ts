import { finding, isOwn } from '../../config/finding.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { emptyRequest, TIERS, type Tier } from '../../domain/request.js';
import { isKnownModel, policyOf } from '../../routing/names.js';
import { selectChoices } from '../../routing/select.js';
import { IDEAL_FACTS } from '../chains.js';
import type { LintInput, LintRule } from '../rule.js';

const CODE = 'config/tier-without-model';

/** A tier that names no model, or only models that no tool lists: `--tier` could never select one. */
export const tierWithoutModel: LintRule = {
  code: CODE,
  check(input) {
    if (input.faults.hasFaultInside(['tools'])) return [];
    const stated = TIERS.filter((tier) => isOwn(input, ['tiers', tier]));
    return stated
      .filter((tier) => !input.faults.isDoubtful(['tiers', tier]))
      .flatMap((tier) => reports(input, tier));
  },
};

function reports(input: LintInput, tier: Tier): Diagnostic[] {
  const { config } = input;
  const request = { ...emptyRequest(''), tier };
  const policy = policyOf(config, null, request);
  const pairs = selectChoices({ config, facts: IDEAL_FACTS, request, agent: null, policy }).flat();
  // An unknown name may be a slip for a model that can run.
  const mayRun = pairs.some(({ tool, model }) => tool !== null || !isKnownModel(config, model ?? '', null));
  if (mayRun) return [];
  const [message, hint] =
    config.tiers[tier].length === 0
      ? [`tier \`${tier}\` names no model`, 'name one, or leave the tier out']
      : [`no tool lists a model of tier \`${tier}\``, 'add one to the `models` of a tool'];
  return [finding(input, { code: CODE, path: ['tiers', tier], what: 'key', message, hint })];
}
