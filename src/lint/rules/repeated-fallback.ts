import { finding, relatedTo } from '../../config/finding.js';
import { at, itemsOf } from '../../config/tree.js';
import type { Diagnostic, Fix, Place } from '../../diagnostics/diagnostic.js';
import { placedText } from '../../diagnostics/placed-text.js';
import type { AgentChain, AgentChoice } from '../chains.js';
import type { LintInput, LintRule } from '../rule.js';

/** A fallback that the chain names earlier, or that the agent prefers anyway. */
export const repeatedFallback: LintRule = {
  code: 'config/repeated-fallback',
  check: (input) => input.chains.flatMap((chain) => repeatsIn(input, chain)),
};

function repeatsIn(input: LintInput, { choices }: AgentChain): Diagnostic[] {
  const seen = new Map<string, AgentChoice>();
  const repeats: [repeat: AgentChoice, first: AgentChoice][] = [];
  for (const choice of choices) {
    const key = JSON.stringify(choice.pairs.map(({ tool, model }) => [tool.name, model]));
    const first = choice.pairs.length === 0 ? undefined : seen.get(key);
    if (first !== undefined) repeats.push([choice, first]);
    else seen.set(key, choice);
  }
  const [one] = repeats;
  const size = one === undefined ? 0 : itemsOf(at(input.merged.value, one[0].path.slice(0, -1))).length;
  return repeats.map(([repeat, first]) => {
    const found = report(input, repeat, first);
    const isRemovable = found.related.length === 1 && repeats.length < size;
    return { ...found, fix: isRemovable ? removal(input, found.place) : null };
  });
}

function report(input: LintInput, { agent, path, text }: AgentChoice, first: AgentChoice): Diagnostic {
  const where = first.role === 'preferred' ? 'is what it prefers anyway' : 'is already in its chain';
  return finding(input, {
    code: 'config/repeated-fallback',
    path,
    message: `fallback \`${text}\` of agent \`${agent.name}\` ${where}`,
    hint: 'remove it: nothing is tried twice',
    related: relatedTo(input, first.modelPath, 'first named here'),
  });
}

/** Takes an item out of its list: a line of its own, or a word with its comma. */
function removal({ merged }: LintInput, place: Place | null): Fix | null {
  const text = place === null ? null : merged.textOf(place.file);
  if (place === null || text === null || place.line !== place.endLine) return null;
  const source = placedText(text);
  const lineStart = { ...place, column: 1, endColumn: place.column };
  const before = source.at({ ...lineStart, endLine: place.line }) ?? '';
  const title = 'remove it';
  if (/^\s*-\s+$/.test(before)) {
    const whole = { ...place, column: 1, endLine: place.line + 1, endColumn: 1 };
    return source.span(whole) === null ? null : { title, place: whole, text: '' };
  }
  const comma = /,\s*$/.exec(before);
  if (comma !== null)
    return { title, place: { ...place, column: place.column - [...comma[0]].length }, text: '' };
  const rest = text.slice(source.span(place)?.[1] ?? text.length);
  const following = /^[ \t]*,[ \t]*/.exec(rest);
  if (!/\[\s*$/.test(before) || following === null) return null;
  return { title, place: { ...place, endColumn: place.endColumn + [...following[0]].length }, text: '' };
}
