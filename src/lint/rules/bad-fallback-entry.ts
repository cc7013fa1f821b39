import { finding } from '../../config/finding.js';
import { ownerOf } from '../../config/words.js';
import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { knownModels } from '../../routing/names.js';
import type { LintRule } from '../rule.js';

/** An entry of `fallback_chain` that is neither a known tool nor a known model. */
export const badFallbackEntry: LintRule = {
  code: 'config/bad-fallback-entry',
  check(input) {
    const { config, faults } = input;
    if (faults.isDoubtful(['tools']) || faults.isDoubtful(['models'])) return [];
    return input.references.flatMap(({ unreadable, path }) => {
      if (unreadable === null) return [];
      const choices = [...new Set([...Object.keys(config.tools), ...knownModels(config)])];
      const message = `fallback \`${unreadable}\` in ${ownerOf(path)} is neither a tool, \`tool:model\` nor a model`;
      const hint = didYouMean(unreadable, choices, 'tools and models');
      const correction = { word: unreadable, to: onlyNear(unreadable, choices) };
      return [finding(input, { code: this.code, path, message, hint, correction })];
    });
  },
};
