import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { patternTrouble } from '../../regex/pattern.js';
import { finding } from '../finding.js';
import type { RegexUse } from '../keys/key.js';
import { child } from '../tree.js';
import { describePath } from '../words.js';
import type { Rule, RuleContext } from './rule.js';
import { type At, conditionsIn, selectorsIn, timeRegexesIn } from './selectors.js';
import { statedValues } from './stated-values.js';

const CODE = 'config/invalid-regex';

/** A regular expression that does not compile, that has no form without backtracking, or a mask that matches the empty text. */
export const invalidRegex: Rule = {
  code: CODE,
  check: (context) => [
    ...[...inSelectors(context), ...timeRegexesIn(context)].flatMap((one) =>
      faultsOf(context, one, { flags: '', isMask: false }),
    ),
    ...statedValues(context).flatMap(({ path, value, key }) =>
      key.definition.regex === undefined ? [] : faultsOf(context, { path, value }, key.definition.regex),
    ),
  ],
};

function faultsOf(context: RuleContext, { path, value }: At, { flags, isMask }: RegexUse): Diagnostic[] {
  if (typeof value !== 'string') return [];
  const what = `the regular expression of ${describePath(path)}`;
  const trouble = patternTrouble(value, flags);
  if (trouble !== null) {
    const { message, hint } = trouble;
    return [finding(context, { code: CODE, path, message: `${what} ${message}`, hint })];
  }
  if (!isMask || !new RegExp(value, flags).test('')) return [];
  const message = `${what} matches the empty text, so it would put a mask between any two characters`;
  const hint = 'let it match at least one character, for example with `+` in the place of `*`';
  return [finding(context, { code: CODE, path, message, hint })];
}

function inSelectors(context: RuleContext): At[] {
  return [
    ...selectorsIn(context).map(({ path, value }) => ({
      path: [...path, 'regex'],
      value: child(value, 'regex'),
    })),
    ...conditionsIn(context).map(({ path, value }) => ({ path, value: betweenSlashes(value) })),
  ];
}

function betweenSlashes(value: unknown): string | null {
  return typeof value === 'string' ? (/^\/(.+)\/$/s.exec(value)?.[1] ?? null) : null;
}
