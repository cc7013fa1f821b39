import { at, child, itemsOf } from '../tree.js';
import type { Candidate, Pair } from './candidates.js';
import type { RuleContext } from './rule.js';

/** What each agent would try, in order. */
export function chainsOf(context: RuleContext): Candidate[][] {
  const chains = new Map<string, Candidate[]>();
  for (const candidate of context.candidates) {
    const chain = chains.get(candidate.agent);
    if (chain === undefined) chains.set(candidate.agent, [candidate]);
    else chain.push(candidate);
  }
  return [...chains.values()];
}

/** The pairs of a candidate whose tool offers the model: about the others another finding speaks. */
export function offeredPairs(context: RuleContext, candidate: Candidate): Pair[] {
  const { catalogue } = context;
  return candidate.pairs.filter(({ tool, model }) => model === null || catalogue.offers(tool, model));
}

/** A mock tool without a response that fails always answers. */
export function alwaysAnswers(context: RuleContext, tool: string): boolean {
  const entry = at(context.merged.value, ['tools', tool]);
  return (
    child(entry, 'kind') === 'mock' &&
    itemsOf(child(entry, 'responses')).every(({ item }) => child(item, 'failure') === undefined)
  );
}
