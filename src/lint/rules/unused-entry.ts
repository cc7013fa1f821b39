import { finding, isOwn } from '../../config/finding.js';
import type { Path } from '../../config/tree.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { lookup } from '../../domain/lookup.js';
import { isKnownModel } from '../../routing/names.js';
import { toolsListing } from '../../routing/select.js';
import { hasUnknownTool } from '../references.js';
import { type LintInput, type LintRule, mentioned } from '../rule.js';

const CODE = 'config/unused-entry';

/** Tools, models and policies of the user that no agent, tier or policy leads to; the command line still can. */
export const unusedEntry: LintRule = {
  code: CODE,
  check(input) {
    const hasAgents = Object.keys(input.config.agents).length > 0;
    if (!hasAgents || input.faults.hasFaultInside([]) || hasUnknownNames(input)) return [];
    return [...unusedTools(input), ...unusedModels(input), ...unusedPolicies(input)];
  },
};

/** A misspelt name would make the entry that was meant look unused. */
function hasUnknownNames({ config, references }: LintInput): boolean {
  const isUnknown = (policy: string | undefined) =>
    policy !== undefined && lookup(config.policies, policy) === null;
  return (
    Object.values(config.agents).some(({ policy }) => isUnknown(policy?.value)) ||
    references.some(
      (reference) =>
        reference.unreadable !== null ||
        hasUnknownTool(config, reference) ||
        (reference.model !== null && !isKnownModel(config, reference.model, null)),
    )
  );
}

/** An agent without a preference may use any tool. */
function unusedTools(input: LintInput): Diagnostic[] {
  const { agents } = input.config;
  const usesAny = ({ preferredTool, preferredModel }: (typeof agents)[string]) =>
    preferredTool === null && preferredModel === null;
  if (Object.values(agents).some(usesAny)) return [];
  const models = new Set<string>();
  const used = new Set<string>();
  for (const { tool, model } of input.references) {
    if (tool !== null) used.add(tool);
    else if (model !== null) models.add(model);
  }
  for (const model of models) for (const { name } of toolsListing(input.config, model)) used.add(name);
  return unused(input, 'tools', (name) => used.has(name), 'reach it with `--tool`');
}

function unusedModels(input: LintInput): Diagnostic[] {
  const named = new Set(input.references.map(({ model }) => model));
  const isUsed = (name: string) => named.has(name) || toolsListing(input.config, name).length > 0;
  return unused(input, 'models', isUsed, 'add it to the `models` of a tool');
}

function unusedPolicies(input: LintInput): Diagnostic[] {
  const named = new Set(Object.values(input.config.agents).map(({ policy }) => policy?.value));
  const isUsed = (name: string) => name === 'default' || named.has(name);
  return unused(input, 'policies', isUsed, 'name it as `policy` of an agent, or reach it with `--policy`');
}

const WORDS = { tools: 'tool', models: 'model', policies: 'policy' };

function unused(
  input: LintInput,
  section: keyof typeof WORDS,
  isUsed: (name: string) => boolean,
  hint: string,
): Diagnostic[] {
  const changesBuiltIn = (path: Path) =>
    input.merged.layers.some((layer) => layer.name === 'built-in' && layer.place(path, 'key') !== null);
  return mentioned(input, section)
    .filter(({ entry, path }) => !isUsed(entry.name) && isOwn(input, path) && !changesBuiltIn(path))
    .map(({ entry, path }) => {
      const message = `${WORDS[section]} \`${entry.name}\` is not used by any agent, tier or policy`;
      return finding(input, { code: CODE, path, what: 'key', message, hint });
    });
}
