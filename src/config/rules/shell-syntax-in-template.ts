import { finding, isOwn } from '../finding.js';
import type { Rule } from './rule.js';
import { commandsOf, type WrittenCommand } from './templates.js';

const SHELLS = /(?:^|[/\\])(?:sh|bash|zsh|dash|ksh|fish|cmd|powershell|pwsh)(?:\.exe)?$/i;
const OPERATORS = String.raw`\|\|?|&&?|;|\d?>>?(?:&\d)?|<<?<?`;
/** Operators and redirections between blanks, and what a shell would expand. */
const IN_LINE = new RegExp(
  String.raw`(?<=^|\s)(?:(?:${OPERATORS})(?=\s|$)|\d?[<>]{1,2}[^\s<>]+)|\$\(|\x60|\$[A-Za-z_]\w*`,
);
const IN_WORD = new RegExp(String.raw`^(?:${OPERATORS})$|\$\(|^\$[A-Za-z_]\w*`);

/**
 * A pipe, a redirection or an expansion: no shell runs, so the tool would get it as an argument. `${NAME}` is an unknown
 * placeholder.
 */
export const shellSyntaxInTemplate: Rule = {
  code: 'config/shell-syntax-in-template',
  check(context) {
    return commandsOf(context).flatMap((command) => {
      if (SHELLS.test(command.binary) || !isOwn(context, command.path)) return [];
      const found = command.line === null ? inWords(command) : inLine(command, command.line);
      if (found === null) return [];
      const message = `\`${found.syntax}\` in the command of tool \`${command.tool}\` is passed on as it is: no shell runs`;
      const hint = hintFor(found.syntax);
      return [finding(context, { code: this.code, path: found.path, message, hint, part: found.syntax })];
    });
  },
};

interface Found {
  syntax: string;
  path: WrittenCommand['path'];
}

/** Text in single quotes is literal for a shell too; in double quotes only operators are. */
function inLine({ path }: WrittenCommand, line: string): Found | null {
  const bare = line.replace(/'[^']*'|"[^"]*"/g, (quoted) =>
    quoted.startsWith('"') ? quoted.replace(/[|&;<>\s]/g, '_') : '_'.repeat(quoted.length),
  );
  const syntax = IN_LINE.exec(bare)?.[0];
  return syntax === undefined ? null : { syntax, path };
}

/** What follows `-c` may be a script for a shell that the tool starts itself. */
function inWords({ words }: WrittenCommand): Found | null {
  for (const [index, { text, path }] of words.entries()) {
    const syntax = words[index - 1]?.text === '-c' ? undefined : IN_WORD.exec(text)?.[0];
    if (syntax !== undefined) return { syntax, path };
  }
  return null;
}

function hintFor(syntax: string): string {
  if (syntax.startsWith('$'))
    return 'pass variables by `env_vars`; for another command use a script as the tool';
  if (syntax.includes('<'))
    return 'the prompt is written to standard input anyway; as a file it is `{prompt_file}`';
  return 'standard output is read anyway; for anything else use a script as the tool';
}
