import { finding } from '../../config/finding.js';
import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { lookup } from '../../domain/lookup.js';
import { type LintRule, mentioned } from '../rule.js';

/** An agent names a policy that is not defined; `default` always is. */
export const unknownPolicy: LintRule = {
  code: 'config/unknown-policy',
  check(input) {
    const { policies } = input.config;
    if (input.faults.isDoubtful(['policies'])) return [];
    return mentioned(input, 'agents').flatMap(({ entry, path }) => {
      const policy = entry.policy?.value ?? '';
      if (policy === '' || lookup(policies, policy) !== null) return [];
      const defined = Object.keys(policies);
      const message = `unknown policy \`${policy}\` in agent \`${entry.name}\``;
      const hint = didYouMean(policy, defined, 'defined policies');
      const correction = { word: policy, to: onlyNear(policy, defined) };
      return [finding(input, { code: this.code, path: [...path, 'policy'], message, hint, correction })];
    });
  },
};
