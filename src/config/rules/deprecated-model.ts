import { at } from '../tree.js';
import { describePath, ownerOf } from '../words.js';
import { finding, isOwn, type Rule } from './rule.js';

/** A model is used that its provider will remove. */
export const deprecatedModel: Rule = {
  code: 'config/deprecated-model',
  check(context) {
    return context.references.flatMap(({ model, modelPath: path }) => {
      if (model === null || at(context.merged.value, ['models', model, 'deprecated']) !== true) return [];
      if (path.includes('denied_models') || !isOwn(context, path)) return [];
      const successor = at(context.merged.value, ['models', model, 'superseded_by']);
      const message = `model \`${model}\` in ${ownerOf(path) ?? describePath(path)} is deprecated`;
      const hint = typeof successor === 'string' ? `\`${successor}\` follows it` : null;
      return [finding(context, { code: this.code, path, message, hint, part: model })];
    });
  },
};
