import { leadingPlaceholders } from '../../domain/template.js';
import { finding, isOwn } from '../finding.js';
import type { Rule } from './rule.js';
import { argumentsOf, commandsOf } from './templates.js';

/** The prompt is an argument of its own, so a prompt that starts with `-` has to be refused. */
export const promptAsOption: Rule = {
  code: 'config/prompt-as-option',
  check(context) {
    return commandsOf(context).flatMap((command) => {
      const args = argumentsOf(command);
      const leading = leadingPlaceholders(args.map(({ template }) => template));
      const found = leading.find(({ placeholder, option }) => placeholder === 'prompt' && option === null);
      const index = found?.index ?? -1;
      const path = args[index]?.path;
      if (path === undefined || !isOwn(context, path)) return [];
      const message = `tool \`${command.tool}\` would take a prompt that starts with \`-\` for an option`;
      const hint = 'put `--` before `{prompt}` if the tool knows it, or use `prompt: stdin`';
      return [finding(context, { code: this.code, path, message, hint, part: '{prompt}' })];
    });
  },
};
