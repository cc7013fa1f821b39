import { finding } from '../../config/finding.js';
import { describePath, ownerOf } from '../../config/words.js';
import { didYouMean, onlyNear } from '../../diagnostics/suggest.js';
import { hasUnknownTool } from '../references.js';
import type { LintRule } from '../rule.js';

/** A tool that is not defined. */
export const unknownTool: LintRule = {
  code: 'config/unknown-tool',
  check(input) {
    const { config } = input;
    if (input.faults.isDoubtful(['tools'])) return [];
    const tools = Object.keys(config.tools);
    return input.references.flatMap((reference) => {
      const { tool, path } = reference;
      if (tool === null || !hasUnknownTool(config, reference)) return [];
      const message = `unknown tool \`${tool}\` in ${ownerOf(path) ?? describePath(path)}`;
      const hint = didYouMean(tool, tools, 'defined tools');
      const what = path.at(-2) === 'ids' ? 'key' : 'value';
      const correction = { word: tool, to: tool.includes(':') ? null : onlyNear(tool, tools) };
      return [finding(input, { code: this.code, path, message, hint, part: tool, what, correction })];
    });
  },
};
