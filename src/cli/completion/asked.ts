import type { Argument, Command, Option } from 'commander';
import { commandPath } from '../usage-failure.js';

/** Whose names may stand at a place of a command line. */
export type NameKind =
  | 'agents'
  | 'tools'
  | 'candidates'
  | 'models'
  | 'policies'
  | 'tasks'
  | 'traces'
  | 'jobs'
  | 'templates'
  | 'topics'
  | 'clients';

/** A word that may stand at the cursor, and what it means. */
export interface Choice {
  value: string;
  description: string;
}

/** What may stand at the cursor: words, the names of something, or the name of a file or folder. */
export type Asked =
  | { kind: 'choices'; choices: readonly Choice[] }
  | { kind: 'names'; of: NameKind }
  | { kind: 'files' | 'folders' };

/** What may stand at the cursor, and what stands before it in the same word: `--agent=`. */
export interface AskedWord {
  asked: Asked;
  /** The start of the word that belongs to the option. */
  before: string;
  /** What was typed of the value. */
  typed: string;
  /** What was given by `--config` so far. */
  configs: readonly string[];
}

const CONFIG = '--config';

const NOTHING: Asked = { kind: 'choices', choices: [] };

/** By the long name of an option. */
const NAMES_OF_OPTION: Readonly<Record<string, NameKind>> = {
  '--agent': 'agents',
  '--source-agent': 'agents',
  '--tool': 'tools',
  '--candidates': 'candidates',
  '--model': 'models',
  '--policy': 'policies',
  '--task': 'tasks',
  '--resume': 'traces',
};

/** By the command and its first argument. */
const NAMES_OF_ARGUMENT: Readonly<Record<string, NameKind>> = {
  'llm-router trace show': 'traces',
  'llm-router audit show': 'traces',
  'llm-router apply': 'traces',
  'llm-router jobs wait': 'jobs',
  'llm-router jobs cancel': 'jobs',
  'llm-router jobs logs': 'jobs',
  'llm-router tool test': 'tools',
  'llm-router template': 'templates',
  'llm-router help': 'topics',
  'llm-router mcp install': 'clients',
  'llm-router mcp uninstall': 'clients',
};

/** Placeholders of options and arguments that name files. */
const FILES: ReadonlySet<string> = new Set(['path', 'file', 'file or JSON', 'old']);
const FOLDERS: ReadonlySet<string> = new Set(['dir', 'path or name']);

/** Reads the words of a command line up to the cursor; the last is the one under it, empty after a space. */
export function askedWord(program: Command, words: readonly string[]): AskedWord {
  const typed = words.at(-1) ?? '';
  const { command, pending, argumentCount, isLiteral, configs } = readWords(program, words.slice(0, -1));
  const plain = (asked: Asked): AskedWord => ({ asked, before: '', typed, configs });
  if (pending !== null) return inList(pending, plain(valueAskedBy(pending)));
  if (isLiteral || !typed.startsWith('-')) {
    const below = isLiteral || argumentCount > 0 ? [] : commandsOf(command);
    return plain(below.length > 0 ? { kind: 'choices', choices: below } : argumentOf(command, argumentCount));
  }
  const equals = typed.indexOf('=');
  if (equals === -1) return plain({ kind: 'choices', choices: optionsOf(command) });
  const option = optionNamed(command, typed.slice(0, equals));
  const asked = option === undefined || isFlag(option) ? NOTHING : valueAskedBy(option);
  const word = { asked, before: typed.slice(0, equals + 1), typed: typed.slice(equals + 1), configs };
  return inList(option, word);
}

/** Of a list with commas the last part is asked for. */
function inList(option: Option | undefined, word: AskedWord): AskedWord {
  if (option?.long !== '--candidates') return word;
  const comma = word.typed.lastIndexOf(',') + 1;
  return { ...word, before: word.before + word.typed.slice(0, comma), typed: word.typed.slice(comma) };
}

interface ReadWords {
  command: Command;
  /** The option whose value is next. */
  pending: Option | null;
  argumentCount: number;
  /** After `--`. */
  isLiteral: boolean;
  configs: string[];
}

function readWords(program: Command, words: readonly string[]): ReadWords {
  const read: ReadWords = {
    command: program,
    pending: null,
    argumentCount: 0,
    isLiteral: false,
    configs: [],
  };
  for (const word of words) {
    if (read.pending !== null) {
      if (read.pending.long === CONFIG) read.configs.push(word);
      read.pending = null;
    } else if (word.startsWith(`${CONFIG}=`)) read.configs.push(word.slice(CONFIG.length + 1));
    else if (read.isLiteral) read.argumentCount += 1;
    else if (word === '--') read.isLiteral = true;
    else if (word.startsWith('-') && word !== '-') read.pending = pendingAfter(read.command, word);
    else {
      const below =
        read.argumentCount === 0 ? visible(read.command).find((one) => one.name() === word) : undefined;
      if (below === undefined) read.argumentCount += 1;
      else read.command = below;
    }
  }
  return read;
}

function pendingAfter(command: Command, word: string): Option | null {
  const option = optionNamed(command, word);
  return option?.required === true ? option : null;
}

function optionNamed(command: Command, flag: string): Option | undefined {
  return command.options.find(({ long, short }) => long === flag || short === flag);
}

function isFlag({ required, optional }: Option): boolean {
  return !required && !optional;
}

function valueAskedBy(option: Option): Asked {
  if (option.argChoices !== undefined) return choicesOf(option.argChoices);
  const names = NAMES_OF_OPTION[option.long ?? ''];
  if (names !== undefined) return { kind: 'names', of: names };
  const [, placeholder = ''] = /[<[](.+)[>\]]$/.exec(option.flags) ?? [];
  return filesFor(placeholder);
}

function argumentOf(command: Command, count: number): Asked {
  const all = command.registeredArguments;
  const argument = all[count] ?? lastVariadic(all);
  if (argument === undefined) return NOTHING;
  if (argument.argChoices !== undefined) return choicesOf(argument.argChoices);
  const names = NAMES_OF_ARGUMENT[commandPath(command)];
  return names === undefined ? filesFor(argument.name()) : { kind: 'names', of: names };
}

function lastVariadic(all: readonly Argument[]): Argument | undefined {
  const last = all.at(-1);
  return last?.variadic === true ? last : undefined;
}

function filesFor(placeholder: string): Asked {
  if (FILES.has(placeholder)) return { kind: 'files' };
  return FOLDERS.has(placeholder) ? { kind: 'folders' } : NOTHING;
}

function choicesOf(values: readonly string[]): Asked {
  return { kind: 'choices', choices: values.map((value) => ({ value, description: '' })) };
}

function commandsOf(command: Command): Choice[] {
  return visible(command).map((one) => ({ value: one.name(), description: one.description() }));
}

function optionsOf(command: Command): Choice[] {
  const options = command.createHelp().visibleOptions(command);
  return options.flatMap(({ long, description }) => (long ? [{ value: long, description }] : []));
}

/** The commands that the help lists. */
function visible(command: Command): readonly Command[] {
  return command.createHelp().visibleCommands(command);
}
