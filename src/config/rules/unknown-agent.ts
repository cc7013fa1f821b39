import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { finding, names, type Rule } from './rule.js';

/** `default_agent` names an agent that is not defined. */
export const unknownAgent: Rule = {
  code: 'config/unknown-agent',
  check(context) {
    const agent = context.merged.value.default_agent;
    const defined = names(context, 'agents');
    if (typeof agent !== 'string' || agent === '' || defined.includes(agent)) return [];
    if (context.isDoubtful(['agents'])) return [];
    const message = `unknown agent \`${agent}\` in \`default_agent\``;
    const hint = didYouMean(agent, defined, 'defined agents') ?? 'define it under `agents`';
    const correction = { word: agent, to: onlyNear(agent, defined) };
    return [finding(context, { code: this.code, path: ['default_agent'], message, hint, correction })];
  },
};
