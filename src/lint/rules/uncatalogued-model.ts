import { finding } from '../../config/finding.js';
import { ownerOf } from '../../config/words.js';
import { didYouMean } from '../../diagnostics/suggest.js';
import { lookup } from '../../domain/lookup.js';
import { isKnownModel, knownModels } from '../../routing/names.js';
import type { LintRule } from '../rule.js';

/** An unknown model for a tool that takes any: it runs, but its cost is unknown, and it may be misspelt. */
export const uncataloguedModel: LintRule = {
  code: 'config/uncatalogued-model',
  check(input) {
    const { config, faults } = input;
    return input.references.flatMap(({ tool, via, model, modelPath: path }) => {
      const asked = lookup(config.tools, tool ?? via);
      if (asked === null || model === null || isKnownModel(config, model, null)) return [];
      if (!isKnownModel(config, model, asked.name) || faults.isDoubtful(['models'])) return [];
      const message = `unknown model \`${model}\` in ${ownerOf(path)}, passed to tool \`${asked.name}\` as it is; its cost is unknown`;
      const hint = didYouMean(model, knownModels(config), 'known models');
      return [finding(input, { code: this.code, path, message, hint, part: model })];
    });
  },
};
