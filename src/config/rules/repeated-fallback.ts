import type { Diagnostic, Fix, Place } from '../../diagnostics/diagnostic.js';
import { placedText } from '../../diagnostics/fix.js';
import { at, itemsOf } from '../tree.js';
import type { Candidate } from './candidates.js';
import { chainsOf } from './chains.js';
import { finding, type Rule, type RuleContext, relatedTo } from './rule.js';

/** A fallback that stands earlier in the chain, or is what the agent prefers anyway. */
export const repeatedFallback: Rule = {
  code: 'config/repeated-fallback',
  check: (context) => chainsOf(context).flatMap((chain) => repeatsIn(context, chain)),
};

function repeatsIn(context: RuleContext, chain: readonly Candidate[]): Diagnostic[] {
  const seen = new Map<string, Candidate>();
  const repeats: [repeat: Candidate, first: Candidate][] = [];
  for (const candidate of chain) {
    const key = JSON.stringify(candidate.pairs);
    const first = candidate.pairs.length === 0 ? undefined : seen.get(key);
    if (first !== undefined) repeats.push([candidate, first]);
    else seen.set(key, candidate);
  }
  const [one] = repeats;
  const size = one === undefined ? 0 : itemsOf(at(context.merged.value, one[0].path.slice(0, -1))).length;
  return repeats.map(([repeat, first]) => {
    const found = report(context, repeat, first);
    const canGo = found.related.length === 1 && repeats.length < size;
    return { ...found, fix: canGo ? removal(context, found.place) : null };
  });
}

function report(context: RuleContext, { agent, path, text }: Candidate, first: Candidate): Diagnostic {
  const message =
    first.role === 'preferred'
      ? `fallback \`${text}\` of agent \`${agent}\` is what it prefers anyway`
      : `fallback \`${text}\` of agent \`${agent}\` stands in its chain before`;
  return finding(context, {
    code: 'config/repeated-fallback',
    path,
    message,
    hint: 'remove it: nothing is tried twice',
    related: relatedTo(context, first.modelPath, 'first named here'),
  });
}

/** Takes an item out of its list: a line of its own, or a word with its comma. */
function removal(context: RuleContext, place: Place | null): Fix | null {
  const text = place === null ? null : context.merged.textOf(place.file);
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
