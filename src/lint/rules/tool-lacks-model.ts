import { finding } from '../../config/finding.js';
import { describePath, ownerOf } from '../../config/words.js';
import { didYouMean } from '../../diagnostics/suggest.js';
import { lookup } from '../../domain/lookup.js';
import { offers } from '../../gates/offered.js';
import { isKnownModel } from '../../routing/names.js';
import type { LintRule } from '../rule.js';

/** A tool is to run a model that exists but that it does not offer. */
export const toolLacksModel: LintRule = {
  code: 'config/tool-lacks-model',
  check(input) {
    const { config, faults } = input;
    return input.references.flatMap(({ tool: name, model, modelPath: path }) => {
      const tool = lookup(config.tools, name);
      if (tool === null || model === null || !isKnownModel(config, model, null)) return [];
      if (faults.isDoubtful(['tools', tool.name, 'models']) || offers(tool, model)) return [];
      const message = `tool \`${tool.name}\` does not offer model \`${model}\` in ${ownerOf(path) ?? describePath(path)}`;
      const listed = tool.models.map(({ value }) => value);
      const hint = didYouMean(model, listed, 'it offers') ?? `tool \`${tool.name}\` lists no models`;
      return [finding(input, { code: this.code, path, message, hint })];
    });
  },
};
