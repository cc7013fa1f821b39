import type { Command, Option } from 'commander';

/** The options of a command line that cannot be parsed, as far as they are readable. */
export interface AskedLine {
  /** The innermost command that was named. */
  command: Command;
  /** Words that are neither commands nor options. */
  words: readonly string[];
  /** Options by name; `true` for one without a value. */
  options: Readonly<Record<string, string | true>>;
}

/**
 * Reads the options of a command line like the parser, so that words of a prompt and values of other options are
 * not read as options.
 */
export function readAskedLine(argv: readonly string[], program: Command): AskedLine {
  const found: Record<string, string | true> = {};
  const words: string[] = [];
  let command = program;
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (word === '--') break;
    if (!word.startsWith('-')) {
      const below = command.commands.find((one) => one.name() === word || one.aliases().includes(word));
      if (below === undefined) words.push(word);
      command = below ?? command;
      continue;
    }
    const { name, option, value } = readOption(word, command);
    const takesNext = value === null && option?.required === true;
    found[name] = value ?? (takesNext ? (argv[++index] ?? '') : true);
  }
  return { command, words, options: found };
}

/** `--name`, `--name=value`, `-n`, `-nvalue`, or several short ones together: the last of them may take a value. */
function readOption(
  word: string,
  command: Command,
): { name: string; option: Option | undefined; value: string | null } {
  const known = (flag: string) => command.options.find((one) => one.short === flag || one.long === flag);
  if (word.startsWith('--')) {
    const [flag = '', ...value] = word.split('=');
    return { name: flag.slice(2), option: known(flag), value: value.length === 0 ? null : value.join('=') };
  }
  const option = known(word.slice(0, 2));
  const rest = word.slice(2);
  if (option !== undefined && !option.required && rest !== '') return readOption(`-${rest}`, command);
  return { name: option?.attributeName() ?? word.slice(1), option, value: rest === '' ? null : rest };
}
