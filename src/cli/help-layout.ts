import { type Command, Help, type HelpConfiguration, Option } from 'commander';
import type { Paint } from '../diagnostics/paint.js';
import { lookup } from '../domain/lookup.js';
import { ADVICE, type Advice } from './examples.js';
import { commandPath } from './usage-failure.js';
import { wrapped } from './wrap.js';

/** Columns where the terminal does not say, and in a pipe. */
export const HELP_WIDTH = 100;

/** Heading of the options that every command takes. */
export const GLOBAL_OPTIONS = 'Global options:';

/** The commands in the order of the help, by what they are for. */
const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  'Run:': ['exec', 'race', 'jobs', 'serve', 'mcp'],
  'Set up:': [
    'init',
    'config',
    'doctor',
    'agents',
    'tools',
    'models',
    'tool',
    'template',
    'ledger',
    'completion',
  ],
  'Look back:': ['trace', 'diff', 'undo', 'apply', 'stats', 'budget', 'audit'],
  'More:': ['help', 'version'],
};

/** `--help`, which every command takes. */
export function helpOption(): Option {
  return new Option('-h, --help', 'show help').helpGroup(GLOBAL_OPTIONS);
}

/** Puts the commands of the program under headings. */
export function groupCommands(program: Command): void {
  for (const [heading, names] of Object.entries(COMMANDS)) {
    for (const command of program.commands) if (names.includes(command.name())) command.helpGroup(heading);
  }
}

/** Adds notes and examples to the help of every command. */
export function addAdvice(command: Command, paint: Paint): void {
  for (const one of command.commands) addAdvice(one, paint);
  const advice = lookup(ADVICE, commandPath(command));
  if (advice === null) return;
  command.addHelpText('after', () => {
    const width = command.configureOutput().getOutHelpWidth?.() ?? HELP_WIDTH;
    return adviceText(advice, { paint, width });
  });
}

function adviceText({ note, examples }: Advice, { paint, width }: { paint: Paint; width: number }): string {
  const widest = Math.max(...examples.map(([line, meaning]) => (meaning === undefined ? 0 : line.length)));
  const lines = examples.map(([line, meaning]) =>
    meaning === undefined ? `  $ ${line}` : `  $ ${line.padEnd(widest)}   ${paint.dim(meaning)}`,
  );
  const shown = note === undefined ? [] : [...wrapped(note, width), ''];
  return ['', ...shown, paint.bold('Examples:'), ...lines].join('\n');
}

/** Options of the command itself come first, then the global ones; headings and terms in colour. */
export function helpLayout(paint: Paint): HelpConfiguration {
  const order = Object.values(COMMANDS).flat();
  return {
    visibleOptions(command) {
      const options = Help.prototype.visibleOptions.call(this as Help, command);
      return [...options.filter((one) => !isGlobal(one)), ...options.filter(isGlobal)];
    },
    visibleCommands(command) {
      const commands = Help.prototype.visibleCommands.call(this as Help, command);
      if (command.parent !== null) return commands;
      return commands.sort((one, other) => order.indexOf(one.name()) - order.indexOf(other.name()));
    },
    // In the order in which they are shown; commander takes the order in which they were added.
    groupItems<T extends Command | Option>(_: T[], visible: T[], groupOf: (item: T) => string) {
      const groups = new Map<string, T[]>();
      for (const item of visible) groups.set(groupOf(item), [...(groups.get(groupOf(item)) ?? []), item]);
      return groups;
    },
    // Every command takes options; to say so in each line tells nothing.
    subcommandTerm(command) {
      return Help.prototype.subcommandTerm.call(this as Help, command).replace(' [options]', '');
    },
    formatHelp(command, helper) {
      const text = Help.prototype.formatHelp.call(this as Help, command, helper);
      return command.commands.length > 0 ? optionsLast(text) : text;
    },
    styleTitle: paint.bold,
    styleOptionTerm: paint.hint,
    styleSubcommandTerm: paint.hint,
    styleArgumentTerm: paint.hint,
  };
}

function isGlobal({ helpGroupHeading }: Option): boolean {
  return helpGroupHeading === GLOBAL_OPTIONS;
}

/** The help of the program with its commands before its options. */
function optionsLast(text: string): string {
  const isOptions = (part: string) => part.split('\n', 1)[0]?.toLowerCase().includes('options:') === true;
  const [usage = '', ...parts] = text.trimEnd().split('\n\n');
  return `${[usage, ...parts.filter((part) => !isOptions(part)), ...parts.filter(isOptions)].join('\n\n')}\n`;
}
