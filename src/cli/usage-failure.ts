import type { Command, CommanderError } from 'commander';
import { didYouMean, nearest } from '../diagnostics/suggest.js';
import { type Failure, failure } from '../domain/failure.js';
import { lookup } from '../domain/lookup.js';
import type { AskedLine } from './asked-line.js';
import { plural } from './words.js';

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
  const invalid = invalidValue(sentence);
  const near = /Did you mean (?:one of )?(.*)\?/.exec(suggestion ?? '')?.[1] ?? invalid?.near ?? null;
  const hint = near === null ? help : `did you mean ${alternatives(near)}? ${help}`;
  return failure('usage', invalid?.message ?? tooMany(sentence) ?? quoted(sentence), { hint });
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

/** The parser joins names, value and what is needed with "argument" and "is invalid"; takes them apart again. */
function invalidValue(sentence: string): { message: string; near: string | null } | null {
  const [, flags, value, needed = ''] =
    /^option '(.*?)' argument '(.*)' is invalid\. (.*)$/s.exec(sentence) ?? [];
  if (flags !== undefined) return notAs(/--[\w-]+/.exec(flags)?.[0] ?? flags, value ?? '', needed);
  const [, given, name, choices = ''] =
    /^command-argument value '(.*)' is invalid for argument '(.*?)'\. (.*)$/s.exec(sentence) ?? [];
  return name === undefined ? null : notAs(name, given ?? '', choices);
}

function notAs(name: string, value: string, needed: string): { message: string; near: string | null } {
  // The first is the parser's, the other our own.
  const choices = /^(?:Allowed choices are|one of) (.*?)\.?$/.exec(needed)?.[1] ?? null;
  return {
    message: `${name}: \`${value}\` is not ${choices === null ? needed : `one of ${choices}`}`,
    near: choices === null ? null : nearChoice(value, choices.split(', ')),
  };
}

/** What other programs, or other options of this one, call the same. */
const MEANT: Readonly<Record<string, string>> = {
  low: 'fast',
  medium: 'balanced',
  high: 'premium',
  fast: 'low',
  balanced: 'medium',
  premium: 'high',
  write: 'edit',
  readonly: 'read',
  'read-only': 'read',
};

function nearChoice(value: string, choices: readonly string[]): string | null {
  const meant = lookup(MEANT, value.toLowerCase());
  return meant !== null && choices.includes(meant) ? meant : nearest(value, choices);
}

/** More words than a command takes. */
function tooMany(sentence: string): string | null {
  const [, command, most, given] =
    /^too many arguments for '(.*)'\. Expected (\d+) arguments? but got (\d+)/.exec(sentence) ?? [];
  if (command === undefined) return null;
  const taken = Number(most) === 0 ? 'no argument' : `at most ${plural(Number(most), 'argument')}`;
  return `\`${command}\` takes ${taken}, and got ${given}`;
}

function quoted(sentence: string): string {
  return sentence.replaceAll("'", '`').replace(/\.$/, '');
}
