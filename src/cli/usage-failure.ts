import type { Command, CommanderError } from 'commander';
import { didYouMean } from '../diagnostics/suggest.js';
import { type Failure, failure } from '../domain/failure.js';
import type { AskedLine } from './asked-line.js';

/** An error of the parser as a failure in our own words. */
export function usageFailure(
  { code, message }: CommanderError,
  { command, words }: Pick<AskedLine, 'command' | 'words'>,
): Failure {
  const help = `see \`${commandPath(command)} --help\``;
  const [unknown] = words;
  if (unknown !== undefined && command.commands.length > 0 && UNKNOWN_COMMAND.has(code)) {
    const names = command.commands.map((one) => one.name());
    const hint = didYouMean(unknown, names, 'commands');
    return failure('usage', `unknown command \`${unknown}\``, { hint: `${hint}; ${help}` });
  }
  const [sentence = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const near = /Did you mean (?:one of )?(.*)\?/.exec(suggestion ?? '')?.[1];
  const hint = near === undefined ? help : `did you mean ${alternatives(near)}? ${help}`;
  return failure('usage', invalidValue(sentence) ?? quoted(sentence), { hint });
}

/** A command with commands of its own takes no other words. */
const UNKNOWN_COMMAND: ReadonlySet<string> = new Set([
  'commander.unknownCommand',
  'commander.excessArguments',
]);

/** `llm-router trace show` */
export function commandPath(command: Command): string {
  return command.parent === null ? command.name() : `${commandPath(command.parent)} ${command.name()}`;
}

function alternatives(names: string): string {
  return names
    .split(', ')
    .map((name) => `\`${name}\``)
    .join(' or ');
}

/** The parser joins flags, value and what is needed with "argument" and "is invalid"; takes them apart again. */
function invalidValue(sentence: string): string | null {
  const [, flags = '', value, needed = ''] =
    /^option '(.*?)' argument '(.*)' is invalid\. (.*)$/s.exec(sentence) ?? [];
  if (value === undefined) return null;
  const flag = /--[\w-]+/.exec(flags)?.[0] ?? flags;
  const choices = /^Allowed choices are (.*)\.$/.exec(needed)?.[1];
  return `${flag}: \`${value}\` is not ${choices === undefined ? needed : `one of ${choices}`}`;
}

function quoted(sentence: string): string {
  return sentence.replaceAll("'", '`').replace(/\.$/, '');
}
