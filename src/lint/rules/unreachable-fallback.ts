import { finding, relatedTo } from '../../config/finding.js';
import type { ToolConfig } from '../../config/types.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { AgentChain, AgentChoice } from '../chains.js';
import { budgetRefusal, passesGates } from '../money.js';
import type { LintInput, LintRule } from '../rule.js';

const CODE = 'config/unreachable-fallback';

/** A fallback that no tool offers, or that follows one that always answers. */
export const unreachableFallback: LintRule = {
  code: CODE,
  check: (input) =>
    input.chains.flatMap((chain) => [...unoffered(input, chain), ...afterAnAnswer(input, chain)]),
};

function unoffered(input: LintInput, { choices }: AgentChain): Diagnostic[] {
  if (input.faults.hasFaultInside(['tools'])) return [];
  return choices
    .filter(({ role, pairs }) => role === 'fallback' && pairs.length === 0)
    .map(({ agent, path, text }) => {
      const message = `fallback \`${text}\` of agent \`${agent.name}\` can never be tried: no tool lists this model`;
      const hint = `add it to the \`models\` of a tool, or write \`tool:${text}\``;
      return finding(input, { code: CODE, path, message, hint });
    });
}

function afterAnAnswer(input: LintInput, chain: AgentChain): Diagnostic[] {
  const index = chain.choices.findIndex((choice) => isCertain(input, choice));
  const [certain, next] = [chain.choices[index], chain.choices[index + 1]];
  if (index === -1 || certain === undefined || next === undefined) return [];
  const tool = certain.pairs[0]?.tool.name ?? '';
  const message = `fallback \`${next.text}\` of agent \`${next.agent.name}\` can never be tried: tool \`${tool}\` before it always answers`;
  const hint = `put \`${tool}\` last, or give it a response with a \`failure\``;
  const related = relatedTo(input, certain.path, 'this one always answers');
  return [finding(input, { code: CODE, path: next.path, message, hint, related })];
}

/** It always answers, and nothing in the config keeps it from running. */
function isCertain({ config, limited }: LintInput, choice: AgentChoice): boolean {
  if (choice.pairs.length === 0 || !choice.pairs.every(({ tool }) => alwaysAnswers(tool))) return false;
  const fitsBudget = limited.every(({ limits, paid }) =>
    paid.every((pair) => pair.choice !== choice || budgetRefusal(limits, pair.cost) === null),
  );
  return fitsBudget && choice.pairs.every((pair) => passesGates(config, choice, pair));
}

/** A mock without a response that fails. */
function alwaysAnswers(tool: ToolConfig): boolean {
  return tool.kind === 'mock' && tool.responses.every(({ failure }) => failure === null);
}
