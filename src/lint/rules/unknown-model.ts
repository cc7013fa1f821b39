import { finding } from '../../config/finding.js';
import type { ToolConfig } from '../../config/types.js';
import { describePath, ownerOf } from '../../config/words.js';
import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { lookup } from '../../domain/lookup.js';
import { offers } from '../../gates/offered.js';
import { isKnownModel, knownModels } from '../../routing/names.js';
import { hasUnknownTool } from '../references.js';
import type { LintInput, LintRule } from '../rule.js';

/** A model that neither the catalogue nor any tool lists, for a tool that does not take any id. */
export const unknownModel: LintRule = {
  code: 'config/unknown-model',
  check(input) {
    const { config } = input;
    if (isUnsure(input)) return [];
    return input.references.flatMap((reference) => {
      const { model, modelPath: path } = reference;
      const asked = lookup(config.tools, reference.tool ?? reference.via);
      if (model === null || hasUnknownTool(config, reference)) return [];
      if (isKnownModel(config, model, asked?.name ?? null)) return [];
      const message = `unknown model \`${model}\` in ${ownerOf(path) ?? describePath(path)}`;
      const known = knownModels(config);
      const hint = didYouMean(model, known, 'known models');
      const correction = { word: model, to: onlyNear(model, offeredBy(asked, known)) };
      return [finding(input, { code: this.code, path, message, hint, part: model, correction })];
    });
  },
};

/** A model that the tool does not offer would only be the next mistake. */
function offeredBy(tool: ToolConfig | null, models: readonly string[]): readonly string[] {
  return tool === null ? models : models.filter((model) => offers(tool, model));
}

function isUnsure({ config, faults }: LintInput): boolean {
  const lists = Object.keys(config.tools).map((tool) => ['tools', tool, 'models']);
  return [['models'], ['tools'], ...lists].some((path) => faults.isDoubtful(path));
}
