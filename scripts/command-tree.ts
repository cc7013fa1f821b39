import type { Command, Option } from 'commander';
import { ADVICE, type Advice } from '../src/cli/examples.js';
import { GLOBAL_OPTIONS } from '../src/cli/help-layout.js';
import { createOutput } from '../src/cli/output.js';
import { buildProgram } from '../src/cli/program.js';
import { plainPaint } from '../src/diagnostics/paint.js';
import { realWorld } from '../src/main.js';

/** The commands of the program, to describe them. */
export function commandTree(): Command {
  const world = realWorld();
  const output = createOutput(world);
  const globals = { config: [], color: 'never', quiet: false, verbose: 0 } as const;
  const context = { world, output, globals: { ...globals, config: [] } };
  return buildProgram(context, { texts: { out: '', err: '' }, paint: plainPaint }, () => undefined);
}

/** What the help of a command says. */
export interface DescribedCommand {
  /** `llm-router trace show` */
  path: string;
  description: string;
  usage: string;
  arguments: readonly Term[];
  /** By their heading; without those of every command. */
  options: readonly { heading: string; terms: readonly Term[] }[];
  advice: Advice;
  commands: readonly DescribedCommand[];
}

export interface Term {
  term: string;
  meaning: string;
}

/** A command and those below it, without hidden ones. */
export function describeCommand(command: Command, above = ''): DescribedCommand {
  const help = command.createHelp();
  const path = `${above} ${command.name()}`.trim();
  const options = help.visibleOptions(command).filter((one) => headingOf(one) !== GLOBAL_OPTIONS);
  return {
    path,
    description: command.description(),
    usage: help.commandUsage(command),
    arguments: help.visibleArguments(command).map((one) => {
      return { term: help.argumentTerm(one), meaning: help.argumentDescription(one) };
    }),
    options: [...help.groupItems([...command.options], options, headingOf)].map(([heading, group]) => {
      return { heading, terms: group.map((one) => optionTerm(help, one)) };
    }),
    advice: ADVICE[path] ?? { examples: [] },
    commands: help.visibleCommands(command).map((one) => describeCommand(one, path)),
  };
}

/** The options of every command. */
export function globalOptions(program: Command): Term[] {
  const help = program.createHelp();
  const options = help.visibleOptions(program).filter((one) => headingOf(one) === GLOBAL_OPTIONS);
  return options.map((one) => optionTerm(help, one));
}

function headingOf(option: Option): string {
  return option.helpGroupHeading ?? 'Options:';
}

function optionTerm(help: ReturnType<Command['createHelp']>, option: Option): Term {
  return { term: help.optionTerm(option), meaning: help.optionDescription(option) };
}
