import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { describePath, ownerOf } from '../words.js';
import { finding, isOwn, type Rule, type RuleContext } from './rule.js';

/** A tool is named that nobody defines. */
export const unknownTool: Rule = {
  code: 'config/unknown-tool',
  check(context) {
    const { tools, hasTool } = context.catalogue;
    if (context.isDoubtful(['tools'])) return [];
    return context.references.flatMap(({ tool, path }) => {
      if (tool === null || hasTool(tool)) return [];
      const isKey = path.at(-2) === 'ids';
      const message = `unknown tool \`${tool}\` in ${ownerOf(path) ?? describePath(path)}`;
      const hint = didYouMean(tool, ownFirst(context), 'defined tools');
      const what = isKey ? 'key' : 'value';
      const correction = { word: tool, to: tool.includes(':') ? null : onlyNear(tool, tools) };
      return [finding(context, { code: this.code, path, message, hint, part: tool, what, correction })];
    });
  },
};

/** A long list is cut, and nobody knows the names of the user's own tools but the user. */
function ownFirst(context: RuleContext): string[] {
  const { tools } = context.catalogue;
  const own = tools.filter((tool) => isOwn(context, ['tools', tool]));
  return [...own, ...tools.filter((tool) => !own.includes(tool))];
}
