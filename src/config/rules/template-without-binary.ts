import type { Diagnostic } from '../../diagnostics/diagnostic.js';
import { finding, isOwn } from '../finding.js';
import type { Rule, RuleContext } from './rule.js';
import { commandsOf, type WrittenCommand } from './templates.js';

const CODE = 'config/template-without-binary';
const PLACEHOLDER = '{binary}';

/**
 * The program comes first where `{binary}` does not say its place: a template that names it once more would pass it its own name. A
 * variable set before the program is not an assignment, since no shell reads it.
 */
export const templateWithoutBinary: Rule = {
  code: CODE,
  check: (context) =>
    commandsOf(context).flatMap((command) =>
      isOwn(context, command.path)
        ? [...withoutBinary(context, command), ...assignment(context, command)]
        : [],
    ),
};

function withoutBinary(context: RuleContext, command: WrittenCommand): Diagnostic[] {
  const [first] = command.words;
  if (command.words.some(({ text }) => text.includes(PLACEHOLDER))) return [];
  const isRepeated = first !== undefined && nameOf(first.text) === nameOf(command.binary);
  // A list names the arguments only.
  if (!isRepeated && command.line === null) return [];
  const [tool, binary] = [command.tool, nameOf(command.binary) || 'the binary'];
  const message = isRepeated
    ? `\`${first.text}\` in the command of tool \`${tool}\` is passed as an argument: the binary is put before it`
    : `\`command_template\` of tool \`${tool}\` lacks \`${PLACEHOLDER}\`, so \`${binary}\` is put before it`;
  const hint =
    command.line === null
      ? `leave \`${first?.text}\` out: \`args\` are the arguments of \`binary\``
      : `begin it with \`${PLACEHOLDER}\``;
  const path = first?.path ?? command.path;
  const part = isRepeated ? { part: first.text } : {};
  return [finding(context, { code: CODE, path, message, hint, ...part })];
}

/** `NAME=value {binary}`: the first word is the program that is started. */
function assignment(context: RuleContext, command: WrittenCommand): Diagnostic[] {
  const first = command.words[0]?.text ?? '';
  const isBeforeBinary = command.words.slice(1).some(({ text }) => text.includes(PLACEHOLDER));
  if (!isBeforeBinary || !/^[A-Za-z_]\w*=/.test(first)) return [];
  const name = first.slice(0, first.indexOf('='));
  const message = `\`${first}\` in the command of tool \`${command.tool}\` sets no variable: no shell runs`;
  const hint = `set it with \`env_vars: { ${name}: … }\``;
  return [
    finding(context, {
      code: CODE,
      path: command.words[0]?.path ?? command.path,
      message,
      hint,
      part: first,
    }),
  ];
}

function nameOf(binary: string): string {
  return (binary.split(/[/\\]/).at(-1) ?? '').replace(/\.(?:exe|cmd|bat)$/i, '');
}
