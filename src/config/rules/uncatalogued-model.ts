import { didYouMean } from '../../diagnostics/suggest.js';
import { ownerOf } from '../words.js';
import { finding, type Rule } from './rule.js';

/** A model that nobody lists runs on a tool that passes any id on: it works, but has no price and may be a slip. */
export const uncataloguedModel: Rule = {
  code: 'config/uncatalogued-model',
  check(context) {
    const { catalogue } = context;
    return context.references.flatMap(({ tool, via, model, modelPath: path }) => {
      const asked = tool ?? via;
      if (asked === null || model === null || catalogue.isKnown(model)) return [];
      if (!catalogue.passesOn(asked) || context.isDoubtful(['models'])) return [];
      const message = `model \`${model}\` in ${ownerOf(path)} is in no catalogue; tool \`${asked}\` passes it on, its cost is unknown`;
      const hint = didYouMean(model, catalogue.models, 'known models');
      return [finding(context, { code: this.code, path, message, hint, part: model })];
    });
  },
};
