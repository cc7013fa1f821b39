import { finding } from '../../config/finding.js';
import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { lookup } from '../../domain/lookup.js';
import type { LintRule } from '../rule.js';

/** `default_agent` names an agent that is not defined. */
export const unknownAgent: LintRule = {
  code: 'config/unknown-agent',
  check(input) {
    const { agents, defaultAgent } = input.config;
    const agent = defaultAgent?.value ?? '';
    if (agent === '' || lookup(agents, agent) !== null || input.faults.isDoubtful(['agents'])) return [];
    const defined = Object.keys(agents);
    const message = `unknown agent \`${agent}\` in \`default_agent\``;
    const hint = didYouMean(agent, defined, 'defined agents') ?? 'define it under `agents`';
    const correction = { word: agent, to: onlyNear(agent, defined) };
    return [finding(input, { code: this.code, path: ['default_agent'], message, hint, correction })];
  },
};
