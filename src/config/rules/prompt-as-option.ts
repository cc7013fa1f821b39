import type { TemplateArgument } from '../../domain/template.js';
import { finding, isOwn, type Rule } from './rule.js';
import { argumentsOf, commandsOf } from './templates.js';

/** A prompt that stands alone among the arguments, so that one which starts with `-` has to be refused. */
export const promptAsOption: Rule = {
  code: 'config/prompt-as-option',
  check(context) {
    return commandsOf(context).flatMap((command) => {
      const args = argumentsOf(command);
      const end = args.findIndex(({ template }) => literalOf(template) === '--');
      const index = args.findIndex(
        ({ template }, position) =>
          startsWithPrompt(template) && !takesValue(args[position - 1]?.template ?? null),
      );
      const path = args[index]?.path;
      if (path === undefined || (end !== -1 && end < index) || !isOwn(context, path)) return [];
      const message = `tool \`${command.tool}\` would take a prompt that starts with \`-\` for an option`;
      const hint = 'put `--` before `{prompt}` if the tool knows it, or use `prompt: stdin`';
      return [finding(context, { code: this.code, path, message, hint, part: '{prompt}' })];
    });
  },
};

function startsWithPrompt([first]: TemplateArgument): boolean {
  return first !== undefined && 'placeholder' in first && first.placeholder === 'prompt';
}

/** `--name` takes the next argument as its value, whatever that starts with. */
function takesValue(argument: TemplateArgument | null): boolean {
  const literal = argument === null ? null : literalOf(argument);
  return literal !== null && /^-./.test(literal) && !literal.includes('=');
}

function literalOf(argument: TemplateArgument): string | null {
  const [only] = argument;
  return argument.length === 1 && only !== undefined && 'literal' in only ? only.literal : null;
}
