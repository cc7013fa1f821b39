import { type Command, InvalidArgumentError, Option } from 'commander';
import { GLOBAL_OPTIONS } from './help-layout.js';
import { LOG_FORMATS } from './output.js';

/** Adds a command that also takes the global options, and gives its handler's exit code to the program. */
export type Register = (
  parent: Command,
  name: string,
  /** A hidden one is not listed in the help. */
  options?: { hidden: boolean },
) => { command: Command; action: <T extends unknown[]>(handler: (...values: T) => Promise<number>) => void };

export const COLOR_MODES = ['auto', 'always', 'never'] as const;

/** The options that every command takes. */
export function addGlobalOptions(command: Command): Command {
  const options = [
    new Option(
      '--config <path>',
      'config file or folder instead of the ones found (repeatable, later wins)',
    ).argParser(collect),
    new Option('--color <when>', 'colours in output').choices(COLOR_MODES),
    new Option('-q, --quiet', 'say nothing on stderr but errors'),
    new Option('-v, --verbose', 'log every attempt on stderr; -vv every decision too').argParser(countUp),
    new Option('--log-format <format>', 'stderr for people, or one JSON object a line').choices(LOG_FORMATS),
  ];
  for (const option of options) command.addOption(option.helpGroup(GLOBAL_OPTIONS));
  return command;
}

/** Counts a repeatable flag. */
function countUp(_: unknown, earlier: number | undefined): number {
  return (earlier ?? 0) + 1;
}

/** Parses a repeatable option. */
export function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}

/** An option with a few values, in any case: `--complexity HIGH`. */
export function choiceOption(flags: string, description: string, values: readonly string[]): Option {
  return new Option(flags, description).choices(values).argParser((value: string) => {
    const choice = value.toLowerCase();
    if (values.includes(choice)) return choice;
    throw new InvalidArgumentError(`one of ${values.join(', ')}`);
  });
}

/** Parses a sampling temperature: no provider takes more than 2. */
export function parseTemperature(value: string): number {
  const temperature = parseAmount(value);
  if (temperature > 2) throw new InvalidArgumentError('a number from 0 to 2');
  return temperature;
}

/** Parses a number of 0 or more. */
export function parseAmount(value: string): number {
  const amount = Number(value);
  // Not `0x10`.
  if (!/^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value.trim()) || !Number.isFinite(amount))
    throw new InvalidArgumentError('a number of at least 0');
  return amount;
}

/** More than anything that is counted here. */
const MOST = 999_999_999;

/** Parses a whole number, 0 included. */
export function parseCountOrNone(value: string): number {
  if (!/^\d+$/.test(value)) throw new InvalidArgumentError('a whole number of at least 0');
  if (Number(value) > MOST) throw new InvalidArgumentError(`a whole number from 0 to ${MOST}`);
  return Number(value);
}

/** Parses the number of a port, 0 for any that is free. */
export function parsePort(value: string): number {
  const port = parseCountOrNone(value);
  if (port > 65_535) throw new InvalidArgumentError('a port from 0 to 65535');
  return port;
}

/** Parses a whole number of 1 or more. */
export function parseCount(value: string): number {
  const count = Number(value);
  if (!/^\d+$/.test(value) || count < 1) throw new InvalidArgumentError('a whole number of at least 1');
  if (count > MOST) throw new InvalidArgumentError(`a whole number from 1 to ${MOST}`);
  return count;
}
