import { didYouMean } from '../../diagnostics/suggest.js';
import { describePath, ownerOf } from '../words.js';
import { knownModels, listedModels } from './references.js';
import { finding, names, type Rule, type RuleContext } from './rule.js';

/** A model is named that neither the catalogue nor any tool lists, and that no tool would pass on. */
export const unknownModel: Rule = {
  code: 'config/unknown-model',
  check(context) {
    const tree = context.merged.value;
    const known = knownModels(tree);
    if (isUnsure(context)) return [];
    return context.references.flatMap(({ tool, model, modelPath: path, via }) => {
      const isToolUnknown = tool !== null && !names(context, 'tools').includes(tool);
      if (model === null || isToolUnknown || known.includes(model)) return [];
      const asked = tool ?? via;
      if (asked !== null && listedModels(tree, asked).includes('*')) return [];
      const message = `unknown model \`${model}\` in ${ownerOf(path) ?? describePath(path)}`;
      const hint = didYouMean(model, known, 'known models');
      return [finding(context, { code: this.code, path, message, hint, part: model })];
    });
  },
};

function isUnsure(context: RuleContext): boolean {
  const lists = names(context, 'tools').map((tool) => ['tools', tool, 'models']);
  return [['models'], ['tools'], ...lists].some((path) => context.isDoubtful(path));
}
