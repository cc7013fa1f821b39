import { finding } from '../../config/finding.js';
import type { Code } from '../../diagnostics/codes.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { offers } from '../../gates/offered.js';
import { checkGovernance, type GovernanceRefusal } from '../../policy/governance.js';
import type { AgentChoice } from '../chains.js';
import { noteAt } from '../note.js';
import type { LintInput, LintRule } from '../rule.js';

/** An agent prefers a tool or model that its policy never allows. */
export const preferredNotAllowed: LintRule = {
  code: 'config/preferred-not-allowed',
  check: (input) => refusals(input, 'preferred', 'config/preferred-not-allowed'),
};

/** A fallback that the policy of its agent never allows. */
export const fallbackNotAllowed: LintRule = {
  code: 'config/fallback-not-allowed',
  check: (input) => refusals(input, 'fallback', 'config/fallback-not-allowed'),
};

function refusals(input: LintInput, role: AgentChoice['role'], code: Code): Diagnostic[] {
  return input.chains
    .flatMap(({ choices }) => choices)
    .filter((choice) => choice.role === role)
    .flatMap((choice) => {
      const refusal = refusalOf(input, choice);
      return refusal === null ? [] : [report(input, { code, choice, refusal })];
    });
}

/** Why the policy allows none of the pairs that their tools offer; `null`: it allows one, or there is none. */
function refusalOf({ faults }: LintInput, { policy, pairs }: AgentChoice): GovernanceRefusal | null {
  const governance = ['policies', policy.name, 'governance'];
  if (faults.hasFaultInside(governance) || faults.hasFaultInside(['policies', 'default', 'governance']))
    return null;
  const refused = pairs
    .filter(({ tool, model }) => model === null || offers(tool, model))
    .map(({ tool, model }) => checkGovernance(policy, { tool: tool.name, model }));
  return refused.includes(null) ? null : (refused[0] ?? null);
}

function report(
  input: LintInput,
  { code, choice, refusal }: { code: Code; choice: AgentChoice; refusal: GovernanceRefusal },
): Diagnostic {
  const { agent, policy, role } = choice;
  const verb = role === 'preferred' ? 'prefers' : 'falls back on';
  const message = `agent \`${agent.name}\` ${verb} ${refusal.kind} \`${refusal.name}\`, which policy \`${policy.name}\` does not allow`;
  const path = refusal.kind === 'model' ? choice.modelPath : choice.path;
  return finding(input, { code, path, message, related: noteAt(refusal.at, 'not allowed by this') });
}
