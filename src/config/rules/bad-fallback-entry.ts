import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { ownerOf } from '../words.js';
import { finding, type Rule } from './rule.js';

/** An entry of `fallback_chain` in which neither a tool nor a model can be made out. */
export const badFallbackEntry: Rule = {
  code: 'config/bad-fallback-entry',
  check(context) {
    if (context.isDoubtful(['tools']) || context.isDoubtful(['models'])) return [];
    const choices = [...new Set([...context.catalogue.tools, ...context.catalogue.models])];
    return context.references.flatMap(({ entry, path }) => {
      if (entry === null) return [];
      const message = `fallback \`${entry}\` in ${ownerOf(path)} is neither a tool, \`tool:model\` nor a model`;
      const hint = didYouMean(entry, choices, 'tools and models');
      const correction = { word: entry, to: onlyNear(entry, choices) };
      return [finding(context, { code: this.code, path, message, hint, correction })];
    });
  },
};
