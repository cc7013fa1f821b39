import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { collect, parseAmount, parseCount, type Register } from '../register.js';
import { sharedOptions } from './exec-options.js';
import type { RaceOptions } from './race-request.js';

/** Registers `race`. Its code is loaded when it runs. */
export function addRace(context: CommandContext, program: Command, register: Register): void {
  const { command, action } = register(program, 'race');
  command
    .description(
      'Let several tools or models do the same work in Git work trees of their own, and take the change that passes',
    )
    .argument('[prompt...]', 'the prompt; everything after -- is taken literally');
  for (const option of [...raceOptions(), ...sharedOptions(SHARED)]) command.addOption(option);
  action(async (words: string[], options: RaceOptions) => {
    const { runRaceCommand } = await import('./race.js');
    return runRaceCommand(context, words, options);
  });
}

function raceOptions(): Option[] {
  const options = [
    new Option(
      '--candidates <list>',
      'tools, or tool:model, with commas between them (repeatable); a tool alone has the model of the agent, else its first',
    )
      .argParser(collect)
      .makeOptionMandatory(),
    new Option(
      '--verify <command>',
      'a line for sh, run in the work tree of each candidate: the first change with which it exits 0 is taken',
    ),
    new Option('--verify-timeout <duration>', 'limit of one verification (default: 10m)'),
    new Option('--parallel <count>', 'candidates at once (default: all, at most 4)').argParser(parseCount),
    new Option(
      '--cascade',
      'one after the other, the cheapest first by list price, the next only when one has not passed',
    ),
    new Option('--max-cost <usd>', 'cap of all candidates together').argParser(parseAmount),
    new Option('-t, --task <type>', 'kind of work, by which `stats --races` can tell candidates apart'),
    new Option('--json', 'print one JSON document'),
  ];
  return options.map((option) => option.helpGroup('Race:'));
}

/** Those of `exec` that mean the same for each candidate, or for the race as a whole. */
const SHARED: ReadonlySet<string> = new Set([
  ...['--agent', '--prompt-file', '--context', '--system', '--system-file', '--no-stdin'],
  ...['--effort', '--policy', '--access', '--timeout', '--max-tokens', '--retries'],
  ...['--yes', '--force', '--justification', '--dry-run', '--cwd'],
  ...['--session', '--tag', '--source-agent', '--trace-id'],
]);
