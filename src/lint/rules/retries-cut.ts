import { finding, isOwn, relatedTo } from '../../config/finding.js';
import type { Path } from '../../config/tree.js';
import type { ToolConfig } from '../../config/types.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { AgentChain } from '../chains.js';
import { type LintInput, type LintRule, mentioned } from '../rule.js';

const CODE = 'config/retries-cut';

/** The retries that a tool states are more than the attempts that a policy allows for a whole run. */
export const retriesCut: LintRule = {
  code: CODE,
  check: (input) =>
    mentioned(input, 'tools').flatMap(({ entry: tool, path }) => {
      const retries = tool.retry.maxRetries;
      const at = [...path, 'retry', 'max_retries'];
      return retries === undefined || !isOwn(input, at) ? [] : cutBy(input, { tool, retries, at });
    }),
};

/** A run keeps one attempt for each candidate that it has not tried. */
function cutBy(input: LintInput, of: { tool: ToolConfig; retries: number; at: Path }): Diagnostic[] {
  const { tool, retries, at } = of;
  const cut = input.chains.find(
    (chain) => usesTool(chain, tool) && retries + chain.choices.length > chain.policy.retry.maxAttempts,
  );
  if (cut === undefined) return [];
  const { agent, policy, choices } = cut;
  const others = choices.length - 1;
  const left = Math.max(0, policy.retry.maxAttempts - 1 - others);
  const kept = others === 0 ? '' : `, of which ${others} ${others === 1 ? 'is' : 'are'} kept for other tools`;
  const where = ['policies', policy.name, 'retry', 'max_attempts'];
  return [
    finding(input, {
      code: CODE,
      path: at,
      message: `tool \`${tool.name}\` is retried at most ${left} times for agent \`${agent.name}\`, and not ${retries}: a run has ${policy.retry.maxAttempts} attempts${kept}`,
      hint: `set \`retry: { max_attempts: ${retries + choices.length} }\` in policy \`${policy.name}\``,
      related: relatedTo(input, where, 'the most attempts'),
    }),
  ];
}

function usesTool({ choices }: AgentChain, { name }: ToolConfig): boolean {
  return choices.some(({ pairs }) => pairs.some(({ tool }) => tool.name === name));
}
