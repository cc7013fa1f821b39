import type { Code } from '../../diagnostics/codes.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { parseArgument } from '../../domain/template.js';
import { child, type Path, type Tree } from '../tree.js';
import { entries, finding, type Rule, type RuleContext } from './rule.js';

/** The prompt is to go in by a placeholder that stands nowhere: the tool would never see it. */
export const promptNeverPassed: Rule = {
  code: 'config/prompt-never-passed',
  check: (context) => [
    ...lacking(context, {
      code: 'config/prompt-never-passed',
      key: 'prompt',
      value: 'argument',
      needs: 'prompt',
    }),
    ...lacking(context, {
      code: 'config/prompt-never-passed',
      key: 'prompt',
      value: 'file',
      needs: 'prompt_file',
    }),
  ],
};

/** Arguments for access levels are given, but there is no place for them: every level would run alike. */
export const accessNeverPassed: Rule = {
  code: 'config/access-never-passed',
  check: (context) =>
    lacking(context, {
      code: 'config/access-never-passed',
      key: 'access_args',
      value: null,
      needs: 'access_args',
    }),
};

/** Tools that have the key (with this value, unless `null`) but not the placeholder in their arguments or variables. */
function lacking(
  context: RuleContext,
  { code, key, value, needs }: { code: Code; key: string; value: string | null; needs: string },
): Diagnostic[] {
  return entries(context, 'tools').flatMap(({ name, entry, path }) => {
    const found = child(entry, key);
    const isAsked = value === null ? found !== undefined : found === value;
    const used = argumentsOf(entry);
    if (!isAsked || used === null || used.includes(needs) || isUnsure(context, path)) return [];
    const message = `\`${key}\` of tool \`${name}\` needs \`{${needs}}\` among its arguments`;
    return [
      finding(context, { code, path: [...path, key], what: value === null ? 'key' : 'value', message }),
    ];
  });
}

function isUnsure(context: RuleContext, path: Path): boolean {
  return ['args', 'command_template', 'env_template'].some((key) => context.hasFaultInside([...path, key]));
}

/** Placeholders of the arguments and of the variables made like them; `null` when there are no arguments to look at. */
function argumentsOf(entry: Tree): string[] | null {
  const written = child(entry, 'args') ?? child(entry, 'command_template');
  if (written === undefined) return null;
  return [written, Object.values(child(entry, 'env_template') ?? {})]
    .flat(3)
    .flatMap((text) => (typeof text === 'string' ? parseArgument(text) : []))
    .flatMap((part) => ('placeholder' in part ? [part.placeholder] : []));
}
