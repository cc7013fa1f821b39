import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { child } from '../tree.js';
import { entries, finding, names, type Rule } from './rule.js';

/** An agent names a policy that is not defined; `default` always is. */
export const unknownPolicy: Rule = {
  code: 'config/unknown-policy',
  check(context) {
    const defined = [...new Set(['default', ...names(context, 'policies')])];
    if (context.isDoubtful(['policies'])) return [];
    return entries(context, 'agents').flatMap(({ name, entry, path }) => {
      const policy = child(entry, 'policy');
      if (typeof policy !== 'string' || policy === '' || defined.includes(policy)) return [];
      const message = `unknown policy \`${policy}\` in agent \`${name}\``;
      const hint = didYouMean(policy, defined, 'defined policies');
      const correction = { word: policy, to: onlyNear(policy, defined) };
      return [finding(context, { code: this.code, path: [...path, 'policy'], message, hint, correction })];
    });
  },
};
