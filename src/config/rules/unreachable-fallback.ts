import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import type { Candidate } from './candidates.js';
import { alwaysAnswers, chainsOf } from './chains.js';
import { policyOf, vetoOf } from './governance.js';
import { finding, type Rule, type RuleContext, relatedTo } from './rule.js';

const CODE = 'config/unreachable-fallback';

/** A fallback that no tool offers, or behind one that always answers. */
export const unreachableFallback: Rule = {
  code: CODE,
  check: (context) =>
    chainsOf(context).flatMap((chain) => [...unoffered(context, chain), ...behind(context, chain)]),
};

function unoffered(context: RuleContext, chain: readonly Candidate[]): Diagnostic[] {
  if (context.hasFaultInside(['tools'])) return [];
  return chain
    .filter(({ role, pairs }) => role === 'fallback' && pairs.length === 0)
    .map(({ agent, path, text }) => {
      const message = `fallback \`${text}\` of agent \`${agent}\` can never be tried: no tool lists this model`;
      const hint = `add it to the \`models\` of a tool, or write \`tool:${text}\``;
      return finding(context, { code: CODE, path, message, hint });
    });
}

function behind(context: RuleContext, chain: readonly Candidate[]): Diagnostic[] {
  const index = chain.findIndex((candidate) => isSure(context, candidate));
  const [sure, next] = [chain[index], chain[index + 1]];
  if (index === -1 || sure === undefined || next === undefined) return [];
  const tool = sure.pairs[0]?.tool ?? '';
  const message = `fallback \`${next.text}\` of agent \`${next.agent}\` can never be tried: tool \`${tool}\` before it always answers`;
  const hint = `put \`${tool}\` last, or give it a response with a \`failure\``;
  const related = relatedTo(context, sure.path, 'this one always answers');
  return [finding(context, { code: CODE, path: next.path, message, hint, related })];
}

/** It always answers, and no policy keeps it from being asked. */
function isSure(context: RuleContext, { agent, pairs }: Candidate): boolean {
  const policy = policyOf(context, agent);
  return (
    pairs.length > 0 &&
    pairs.every((pair) => alwaysAnswers(context, pair.tool) && vetoOf(context, policy, pair) === null)
  );
}
