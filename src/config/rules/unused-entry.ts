import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { child, type Path } from '../tree.js';
import { entries, finding, isOwn, type Rule, type RuleContext } from './rule.js';

const CODE = 'config/unused-entry';

/** Tools, models and policies of the user that no agent, tier or policy leads to; the command line still can. */
export const unusedEntry: Rule = {
  code: CODE,
  check(context) {
    const agents = entries(context, 'agents');
    if (agents.length === 0 || context.hasFaultInside([]) || hasUnknownNames(context)) return [];
    return [...unusedTools(context), ...unusedModels(context), ...unusedPolicies(context)];
  },
};

/** A misspelt name would make the entry that was meant look unused. */
function hasUnknownNames(context: RuleContext): boolean {
  const { catalogue, references } = context;
  const policies = ['default', ...entries(context, 'policies').map(({ name }) => name)];
  const isUnknownPolicy = (policy: unknown) => typeof policy === 'string' && !policies.includes(policy);
  return (
    entries(context, 'agents').some(({ entry }) => isUnknownPolicy(child(entry, 'policy'))) ||
    references.some(
      ({ tool, model, entry }) =>
        entry !== null ||
        (tool !== null && !catalogue.hasTool(tool)) ||
        (model !== null && !catalogue.isKnown(model)),
    )
  );
}

/** An agent without a preference may take any tool. */
function unusedTools(context: RuleContext): Diagnostic[] {
  const takesAny = entries(context, 'agents').some(
    ({ entry }) =>
      child(entry, 'preferred_tool') === undefined && child(entry, 'preferred_model') === undefined,
  );
  if (takesAny) return [];
  const used = new Set<string>();
  for (const { tool, model } of context.references) {
    if (tool !== null) used.add(tool);
    else if (model !== null) for (const one of context.catalogue.listing(model)) used.add(one);
  }
  return unused(context, 'tools', (name) => used.has(name), 'reach it with `--tool`');
}

function unusedModels(context: RuleContext): Diagnostic[] {
  const named = new Set(context.references.map(({ model }) => model));
  const isUsed = (name: string) => named.has(name) || context.catalogue.listing(name).length > 0;
  return unused(context, 'models', isUsed, 'add it to the `models` of a tool');
}

function unusedPolicies(context: RuleContext): Diagnostic[] {
  const named = new Set(entries(context, 'agents').map(({ entry }) => child(entry, 'policy')));
  const isUsed = (name: string) => name === 'default' || named.has(name);
  return unused(context, 'policies', isUsed, 'name it as `policy` of an agent, or reach it with `--policy`');
}

function unused(
  context: RuleContext,
  section: string,
  isUsed: (name: string) => boolean,
  hint: string,
): Diagnostic[] {
  const isChangeOfBuiltIn = (path: Path) =>
    context.merged.layers.some((layer) => layer.name === 'built-in' && layer.place(path, 'key') !== null);
  return entries(context, section)
    .filter(({ name, path }) => !isUsed(name) && isOwn(context, path) && !isChangeOfBuiltIn(path))
    .map(({ name, path }) => {
      const word = section === 'policies' ? 'policy' : section.slice(0, -1);
      const message = `${word} \`${name}\` is not used by any agent, tier or policy`;
      return finding(context, { code: CODE, path, what: 'key', message, hint });
    });
}
