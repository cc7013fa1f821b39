import { didYouMean } from '../../diagnostics/suggest.js';
import { describePath, ownerOf } from '../words.js';
import { finding, names, type Rule } from './rule.js';

/** A tool is named that nobody defines. */
export const unknownTool: Rule = {
  code: 'config/unknown-tool',
  check(context) {
    const defined = names(context, 'tools');
    if (context.isDoubtful(['tools'])) return [];
    return context.references.flatMap(({ tool, path }) => {
      if (tool === null || defined.includes(tool)) return [];
      const isKey = path.at(-2) === 'ids';
      const message = `unknown tool \`${tool}\` in ${ownerOf(path) ?? describePath(path)}`;
      const hint = didYouMean(tool, defined, 'defined tools');
      return [
        finding(context, { code: this.code, path, message, hint, part: tool, what: isKey ? 'key' : 'value' }),
      ];
    });
  },
};
