import { didYouMean } from '../../diagnostics/suggest.js';
import { ownerOf } from '../words.js';
import { knownModels, listedModels } from './references.js';
import { finding, type Rule } from './rule.js';

/** A model that nobody lists runs on a tool that passes any id on: it works, but has no price and may be a slip. */
export const uncataloguedModel: Rule = {
  code: 'config/uncatalogued-model',
  check(context) {
    const tree = context.merged.value;
    const known = knownModels(tree);
    return context.references.flatMap(({ tool, via, model, modelPath: path }) => {
      const asked = tool ?? via;
      if (asked === null || model === null || known.includes(model)) return [];
      if (!listedModels(tree, asked).includes('*') || context.isDoubtful(['models'])) return [];
      const message = `model \`${model}\` in ${ownerOf(path)} is in no catalogue; tool \`${asked}\` passes it on, its cost is unknown`;
      const hint = didYouMean(model, known, 'known models');
      return [finding(context, { code: this.code, path, message, hint, part: model })];
    });
  },
};
