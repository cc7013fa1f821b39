import type { Code } from '../../diagnostics/codes.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { Candidate } from './candidates.js';
import { offeredPairs } from './chains.js';
import { isGoverned, policyOf, vetoOf } from './governance.js';
import { finding, type Rule, type RuleContext, relatedTo } from './rule.js';

/** An agent prefers what its policy never lets it use. */
export const preferredNotAllowed: Rule = {
  code: 'config/preferred-not-allowed',
  check: (context) => refusals(context, 'config/preferred-not-allowed', 'preferred'),
};

/** A fallback that the policy of its agent never lets through. */
export const fallbackNotAllowed: Rule = {
  code: 'config/fallback-not-allowed',
  check: (context) => refusals(context, 'config/fallback-not-allowed', 'fallback'),
};

function refusals(context: RuleContext, code: Code, role: Candidate['role']): Diagnostic[] {
  if (!isGoverned(context)) return [];
  return context.candidates
    .filter((candidate) => candidate.role === role)
    .flatMap((candidate) => refusal(context, code, candidate));
}

function refusal(context: RuleContext, code: Code, candidate: Candidate): Diagnostic[] {
  const { agent, role } = candidate;
  const policy = policyOf(context, agent);
  const vetoes = offeredPairs(context, candidate).map((pair) => vetoOf(context, policy, pair));
  const [veto] = vetoes;
  if (veto === undefined || veto === null || vetoes.includes(null)) return [];
  const verb = role === 'preferred' ? 'prefers' : 'falls back on';
  const message = `agent \`${agent}\` ${verb} ${veto.what}, which policy \`${policy}\` does not allow`;
  const path = veto.what.startsWith('model') ? candidate.modelPath : candidate.path;
  const related = relatedTo(context, veto.path, 'not allowed by this');
  return [finding(context, { code, path, message, related })];
}
