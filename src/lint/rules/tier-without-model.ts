import { finding, isOwn } from '../../config/finding.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { lookup } from '../../domain/lookup.js';
import { emptyRequest, TIERS, type Tier } from '../../domain/request.js';
import { checkGovernance } from '../../policy/governance.js';
import { isKnownModel, policyOf } from '../../routing/names.js';
import { type Choice, selectChoices } from '../../routing/select.js';
import { IDEAL_FACTS } from '../chains.js';
import { noteAt } from '../note.js';
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
  if (mayRun) return refusedByPolicy(input, tier, pairs);
  const [message, hint] =
    config.tiers[tier].length === 0
      ? [`tier \`${tier}\` names no model`, 'name one, or leave the tier out']
      : [`no tool lists a model of tier \`${tier}\``, 'add one to the `models` of a tool'];
  return [finding(input, { code: CODE, path: ['tiers', tier], what: 'key', message, hint })];
}

/** A policy that refuses every model of the tier, for the agents that are under it. */
function refusedByPolicy(input: LintInput, tier: Tier, pairs: Choice): Diagnostic[] {
  const { config } = input;
  const agents = Object.values(config.agents);
  const inUse = agents.length === 0 ? ['default'] : agents.map(({ policy }) => policy.value);
  return [...new Set(inUse)].flatMap((name) => {
    const policy = lookup(config.policies, name);
    if (policy === null || input.faults.hasFaultInside(['policies'])) return [];
    const refusals = pairs.flatMap(({ tool, model }) =>
      tool === null ? [null] : [checkGovernance(policy, { tool, model })],
    );
    const [first] = refusals;
    if (first === undefined || first === null || refusals.includes(null)) return [];
    const message = `policy \`${policy.name}\` allows no model of tier \`${tier}\``;
    const related = noteAt(first.at, 'not allowed by this');
    const hint = 'allow one of them, or name an allowed model in the tier';
    return [finding(input, { code: CODE, path: ['tiers', tier], what: 'key', message, hint, related })];
  });
}
