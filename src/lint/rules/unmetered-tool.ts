import { billingOf } from '../../adapters/billing.js';
import { finding, isOwn } from '../../config/finding.js';
import type { ToolConfig } from '../../config/types.js';
import { noteAt } from '../note.js';
import type { LintInput, LintRule } from '../rule.js';

/** A tool that counts as a subscription only because neither its billing nor a price is stated: a hard budget never blocks it. */
export const unmeteredTool: LintRule = {
  code: 'config/unmetered-tool',
  check(input) {
    const reported = new Set<string>();
    return input.limited.flatMap((chain) => {
      const tools = chain.choices.flatMap(({ pairs }) => pairs.map(({ tool }) => tool));
      return tools.flatMap((tool) => {
        if (reported.has(tool.name) || !isUnmetered(input, tool)) return [];
        reported.add(tool.name);
        const message = `tool \`${tool.name}\` has neither \`billing\` nor a model with a price, so the hard budget of agent \`${chain.agent.name}\` never blocks it`;
        const hint = 'set `billing: api` where it bills per token, else `billing: subscription` or `free`';
        const related = noteAt(chain.hardLimit.at, 'the hard budget');
        const path = ['tools', tool.name];
        return [finding(input, { code: this.code, path, what: 'key', message, hint, related })];
      });
    });
  },
};

function isUnmetered(input: LintInput, tool: ToolConfig): boolean {
  return (
    tool.kind === 'command' &&
    tool.billing === 'auto' &&
    tool.apiKeyEnv.length === 0 &&
    billingOf(tool, { models: input.config.models, env: {} }) === 'subscription' &&
    isOwn(input, ['tools', tool.name])
  );
}
