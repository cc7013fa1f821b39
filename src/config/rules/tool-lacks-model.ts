import { didYouMean } from '../../diagnostics/suggest.js';
import { describePath, ownerOf } from '../words.js';
import { knownModels, listedModels } from './references.js';
import { finding, names, type Rule } from './rule.js';

/** A tool is asked for a model that exists but that it does not offer. */
export const toolLacksModel: Rule = {
  code: 'config/tool-lacks-model',
  check(context) {
    const tree = context.merged.value;
    const known = knownModels(tree);
    return context.references.flatMap(({ tool, model, modelPath: path }) => {
      if (tool === null || model === null || !known.includes(model)) return [];
      if (!names(context, 'tools').includes(tool) || context.isDoubtful(['tools', tool, 'models'])) return [];
      const listed = listedModels(tree, tool);
      if (listed.includes(model) || listed.includes('*')) return [];
      const message = `tool \`${tool}\` does not offer model \`${model}\` in ${ownerOf(path) ?? describePath(path)}`;
      const hint = didYouMean(model, listed, 'it offers') ?? `tool \`${tool}\` lists no models`;
      return [finding(context, { code: this.code, path, message, hint })];
    });
  },
};
