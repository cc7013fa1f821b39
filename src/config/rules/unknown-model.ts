import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { describePath, ownerOf } from '../words.js';
import type { Catalogue } from './catalogue.js';
import { finding, type Rule, type RuleContext } from './rule.js';

/** A model is named that neither the catalogue nor any tool lists, and that no tool would pass on. */
export const unknownModel: Rule = {
  code: 'config/unknown-model',
  check(context) {
    const { catalogue } = context;
    if (isUnsure(context)) return [];
    return context.references.flatMap(({ tool, model, modelPath: path, via }) => {
      const isToolUnknown = tool !== null && !catalogue.hasTool(tool);
      if (model === null || isToolUnknown || catalogue.isKnown(model)) return [];
      const asked = tool ?? via;
      if (asked !== null && catalogue.passesOn(asked)) return [];
      const message = `unknown model \`${model}\` in ${ownerOf(path) ?? describePath(path)}`;
      const hint = didYouMean(model, catalogue.models, 'known models');
      const correction = { word: model, to: onlyNear(model, candidates(catalogue, asked)) };
      return [finding(context, { code: this.code, path, message, hint, part: model, correction })];
    });
  },
};

/** A model that the tool does not offer would only be the next mistake. */
function candidates(catalogue: Catalogue, asked: string | null): readonly string[] {
  return asked === null
    ? catalogue.models
    : catalogue.models.filter((model) => catalogue.offers(asked, model));
}

function isUnsure(context: RuleContext): boolean {
  const lists = context.catalogue.tools.map((tool) => ['tools', tool, 'models']);
  return [['models'], ['tools'], ...lists].some((path) => context.isDoubtful(path));
}
