import { finding, isOwn } from '../../config/finding.js';
import { ownerOf } from '../../config/words.js';
import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { lookup } from '../../domain/lookup.js';
import { isKnownModel, knownModels } from '../../routing/names.js';
import { type LintInput, type LintRule, mentioned } from '../rule.js';

const CODE = 'config/uncatalogued-model';

/** An unknown model for a tool that takes any: it runs, but its cost is unknown, and it may be misspelt. */
export const uncataloguedModel: LintRule = {
  code: CODE,
  check(input) {
    return [...ofReferences(input), ...ofLists(input)];
  },
};

/** A model in the list of a tool that the catalogue lacks, and that one of the catalogue resembles. */
function ofLists(input: LintInput): Diagnostic[] {
  const { config, faults } = input;
  const catalogued = Object.keys(config.models);
  return mentioned(input, 'tools').flatMap(({ entry: tool, path }) => {
    const list = [...path, 'models'];
    if (!isOwn(input, list) || faults.isDoubtful(list) || faults.isDoubtful(['models'])) return [];
    return tool.models.flatMap(({ value: model }, index) => {
      const near =
        model.includes('*') || lookup(config.models, model) !== null ? null : onlyNear(model, catalogued);
      if (near === null || withoutNumbers(near) === withoutNumbers(model)) return [];
      const message = `unknown model \`${model}\` in ${ownerOf(path)}; its cost is unknown`;
      const hint = didYouMean(model, catalogued, 'known models');
      return [finding(input, { code: CODE, path: [...list, index], message, hint })];
    });
  });
}

/** Versions of a model differ by their numbers only. */
function withoutNumbers(name: string): string {
  return name.replace(/[^a-z]/gi, '');
}

function ofReferences(input: LintInput): Diagnostic[] {
  const { config, faults } = input;
  return input.references.flatMap(({ tool, via, model, modelPath: path }) => {
    const asked = lookup(config.tools, tool ?? via);
    if (asked === null || model === null || isKnownModel(config, model, null)) return [];
    if (!isKnownModel(config, model, asked.name) || faults.isDoubtful(['models'])) return [];
    const message = `unknown model \`${model}\` in ${ownerOf(path)}, passed to tool \`${asked.name}\` as it is; its cost is unknown`;
    const hint = didYouMean(model, knownModels(config), 'known models');
    return [finding(input, { code: CODE, path, message, hint, part: model })];
  });
}
