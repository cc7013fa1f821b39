import { didYouMean } from '../../diagnostics/suggest.js';
import { ownerOf } from '../words.js';
import { knownModels } from './references.js';
import { finding, names, type Rule } from './rule.js';

/** An entry of `fallback_chain` in which neither a tool nor a model can be made out. */
export const badFallbackEntry: Rule = {
  code: 'config/bad-fallback-entry',
  check(context) {
    if (context.isDoubtful(['tools']) || context.isDoubtful(['models'])) return [];
    const choices = [...new Set([...names(context, 'tools'), ...knownModels(context.merged.value)])];
    return context.references.flatMap(({ entry, path }) => {
      if (entry === null) return [];
      const message = `fallback \`${entry}\` in ${ownerOf(path)} is neither a tool, \`tool:model\` nor a model`;
      const hint = didYouMean(entry, choices, 'tools and models');
      return [finding(context, { code: this.code, path, message, hint })];
    });
  },
};
