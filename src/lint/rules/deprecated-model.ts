import { finding, isOwn } from '../../config/finding.js';
import { at } from '../../config/tree.js';
import { describePath, ownerOf } from '../../config/words.js';
import type { LintRule } from '../rule.js';

/** A model is used that its provider will remove. */
export const deprecatedModel: LintRule = {
  code: 'config/deprecated-model',
  check(input) {
    return input.references.flatMap(({ model, modelPath: path }) => {
      if (model === null || at(input.merged.value, ['models', model, 'deprecated']) !== true) return [];
      if (path.includes('denied_models') || !isOwn(input, path)) return [];
      const successor = at(input.merged.value, ['models', model, 'superseded_by']);
      const message = `model \`${model}\` in ${ownerOf(path) ?? describePath(path)} is deprecated`;
      const hint = typeof successor === 'string' ? `its successor is \`${successor}\`` : null;
      return [finding(input, { code: this.code, path, message, hint, part: model })];
    });
  },
};
