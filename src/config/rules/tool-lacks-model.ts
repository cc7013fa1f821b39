import { didYouMean } from '../../diagnostics/suggest.js';
import { describePath, ownerOf } from '../words.js';
import { finding, type Rule } from './rule.js';

/** A tool is asked for a model that exists but that it does not offer. */
export const toolLacksModel: Rule = {
  code: 'config/tool-lacks-model',
  check(context) {
    const { catalogue } = context;
    return context.references.flatMap(({ tool, model, modelPath: path }) => {
      if (tool === null || model === null || !catalogue.isKnown(model)) return [];
      if (!catalogue.hasTool(tool) || context.isDoubtful(['tools', tool, 'models'])) return [];
      if (catalogue.offers(tool, model)) return [];
      const message = `tool \`${tool}\` does not offer model \`${model}\` in ${ownerOf(path) ?? describePath(path)}`;
      const hint =
        didYouMean(model, catalogue.listed(tool), 'it offers') ?? `tool \`${tool}\` lists no models`;
      return [finding(context, { code: this.code, path, message, hint })];
    });
  },
};
