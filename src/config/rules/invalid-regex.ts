import { finding } from '../finding.js';
import { at, child, itemsOf } from '../tree.js';
import { describePath } from '../words.js';
import { entries, type Rule, type RuleContext } from './rule.js';
import { type At, conditionsIn, regexTrouble, selectorsIn, timeRegexesIn } from './selectors.js';

/** A regular expression that does not compile. */
export const invalidRegex: Rule = {
  code: 'config/invalid-regex',
  check(context) {
    const plain = [
      ...inSelectors(context),
      ...inTools(context),
      ...timeRegexesIn(context),
      ...inPolicies(context),
    ].map((where) => ({ ...where, flags: '' }));
    const escapes = inPromptEscapes(context).map((where) => ({ ...where, flags: 'gu' }));
    return [...plain, ...escapes].flatMap(({ path, value, flags }) => {
      const trouble = typeof value === 'string' ? regexTrouble(value, flags) : null;
      if (trouble === null) return [];
      const message = `the regular expression of ${describePath(path)} does not compile: ${trouble}`;
      return [finding(context, { code: this.code, path, message })];
    });
  },
};

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

function inTools(context: RuleContext): At[] {
  return entries(context, 'tools').flatMap(({ entry, path }) => [
    { path: [...path, 'version', 'pattern'], value: at(entry, ['version', 'pattern']) },
    ...itemsOf(child(entry, 'failures')).flatMap(({ item, step }) =>
      ['error', 'stderr'].map((key) => ({
        path: [...path, 'failures', ...step, 'when', key],
        value: at(item, ['when', key]),
      })),
    ),
  ]);
}

function inPromptEscapes(context: RuleContext): At[] {
  return entries(context, 'tools').flatMap(({ entry, path }) =>
    itemsOf(child(entry, 'prompt_escapes')).map(({ item, step }) => ({
      path: [...path, 'prompt_escapes', ...step, 'pattern'],
      value: child(item, 'pattern'),
    })),
  );
}

function inPolicies(context: RuleContext): At[] {
  return entries(context, 'policies').flatMap(({ entry, path }) =>
    itemsOf(at(entry, ['privacy', 'redact'])).map(({ item, step }) => ({
      path: [...path, 'privacy', 'redact', ...step],
      value: item,
    })),
  );
}
