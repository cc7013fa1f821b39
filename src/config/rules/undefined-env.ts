import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { at, itemsOf, type Path } from '../tree.js';
import { describePath } from '../words.js';
import { entries, finding, isOwn, type Rule, type RuleContext } from './rule.js';
import { expandedTexts } from './templates.js';

const CODE = 'config/undefined-env';

/** A variable that is needed and not set here; it may be set where the config is used. */
export const undefinedEnv: Rule = {
  code: CODE,
  check(context) {
    const { env } = context;
    if (env === null) return [];
    const references = expandedTexts(context).flatMap(({ text, path }) =>
      referencesIn(text)
        .filter((name) => env[name] === undefined)
        .map((name) => ({ name, path, part: `\${${name}}` })),
    );
    const required = requiredNames(context).filter(({ name }) => (env[name] ?? '') === '');
    return [...references, ...required].flatMap((one) => report(context, one));
  },
};

/** Names of `${NAME}` without default; `$${` is literal. */
function referencesIn(text: string): string[] {
  const found = [...text.matchAll(/\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g)].flatMap(
    ([, name]) => name ?? [],
  );
  return [...new Set(found)];
}

/** Those that the tool sets itself are not needed from outside. */
function requiredNames(context: RuleContext): { name: string; path: Path; part: string }[] {
  return entries(context, 'tools').flatMap(({ entry, path }) =>
    itemsOf(entry.env_required).flatMap(({ item, step }) =>
      typeof item === 'string' && at(entry, ['env_vars', item]) === undefined
        ? [{ name: item, path: [...path, 'env_required', ...step], part: item }]
        : [],
    ),
  );
}

function report(
  context: RuleContext,
  { name, path, part }: { name: string; path: Path; part: string },
): Diagnostic[] {
  if (!isOwn(context, path) || context.isDoubtful(path)) return [];
  const message = `the variable \`${name}\` in ${describePath(path)} is not set`;
  const hint = part.startsWith('$')
    ? `set it before the tool is used, or write \`\${${name}:-default}\``
    : 'set it before the tool is used';
  return [finding(context, { code: CODE, path, message, hint, part })];
}
