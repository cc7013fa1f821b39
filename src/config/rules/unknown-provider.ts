import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { at, child, entriesOf, itemsOf } from '../tree.js';
import { entries, finding, type Rule } from './rule.js';

/** A policy prefers a provider that no model has: the preference would never take effect. */
export const unknownProvider: Rule = {
  code: 'config/unknown-provider',
  check(context) {
    if (context.isDoubtful(['models'])) return [];
    const models = entriesOf(at(context.merged.value, ['models']));
    const known = [...new Set(models.flatMap(([, model]) => providerOf(model)))];
    return entries(context, 'policies').flatMap(({ name, entry, path }) => {
      const where = ['governance', 'provider_preference'];
      return itemsOf(at(entry, where)).flatMap(({ item, step }) => {
        if (typeof item !== 'string' || item === '' || known.includes(item)) return [];
        const message = `policy \`${name}\` prefers provider \`${item}\`, which no model has`;
        const hint = didYouMean(item, known, 'providers of models');
        const correction = { word: item, to: onlyNear(item, known) };
        return [
          finding(context, {
            code: this.code,
            path: [...path, ...where, ...step],
            message,
            hint,
            correction,
          }),
        ];
      });
    });
  },
};

function providerOf(model: unknown): string[] {
  const provider = child(model, 'provider');
  return typeof provider === 'string' ? [provider] : [];
}
