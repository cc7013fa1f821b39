import { finding } from '../../config/finding.js';
import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { itemPath } from '../item-path.js';
import { type LintRule, mentioned } from '../rule.js';

/** A policy prefers a provider that no model has: the preference would never take effect. */
export const unknownProvider: LintRule = {
  code: 'config/unknown-provider',
  check(input) {
    if (input.faults.isDoubtful(['models'])) return [];
    const models = Object.values(input.config.models);
    const known = [...new Set(models.flatMap(({ provider }) => provider ?? []))];
    return mentioned(input, 'policies').flatMap(({ entry: policy, path }) => {
      const list = [...path, 'governance', 'provider_preference'];
      // The list of `default` is reported there, not again where it is inherited.
      if (input.merged.place(list, 'value') === null) return [];
      return policy.governance.providerPreference.flatMap(({ value: provider }, index) => {
        if (provider === '' || known.includes(provider)) return [];
        const message = `policy \`${policy.name}\` prefers provider \`${provider}\`, which no model has`;
        const hint = didYouMean(provider, known, 'providers of models');
        const correction = { word: provider, to: onlyNear(provider, known) };
        const where = itemPath(input.merged, list, index);
        return [finding(input, { code: this.code, path: where, message, hint, correction })];
      });
    });
  },
};
