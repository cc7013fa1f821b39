import { type Command, InvalidArgumentError, Option } from 'commander';
import { ACCESS_LEVELS, COMPLEXITIES, EFFORTS, TIERS } from '../../domain/request.js';
import type { CommandContext } from '../context.js';
import {
  choiceOption,
  collect,
  parseAmount,
  parseCount,
  parseCountOrNone,
  parseTemperature,
  type Register,
} from '../register.js';
import { runExec } from './exec.js';
import type { ExecOptions } from './exec-request.js';

/** Registers `exec`. */
export function addExec(context: CommandContext, program: Command, register: Register): void {
  const { command, action } = register(program, 'exec');
  command
    .description('Route and run one request')
    .argument('[prompt...]', 'the prompt; everything after -- is taken literally');
  for (const [heading, options] of Object.entries(OPTIONS))
    for (const option of options()) command.addOption(option.helpGroup(heading));
  action((words: string[], options: ExecOptions) => runExec(context, words, options));
}

/** Some options of `exec` by their long names, for another command. */
export function sharedOptions(names: ReadonlySet<string>): Option[] {
  return Object.entries(OPTIONS).flatMap(([heading, options]) =>
    options()
      .filter(({ long }) => names.has(long ?? ''))
      .map((option) => option.helpGroup(heading)),
  );
}

/** By the heading in the help; what is used most comes first. */
const OPTIONS: Readonly<Record<string, () => Option[]>> = {
  'Request:': requestOptions,
  'Tool and model:': choiceOptions,
  'Limits:': limitOptions,
  'Output:': outputOptions,
  'Run:': runOptions,
  'Kept in the trace:': recordOptions,
};

function requestOptions(): Option[] {
  return [
    new Option('-a, --agent <name>', "the agent that asks (default: the config's `default_agent`)"),
    new Option('-f, --prompt-file <path>', 'prompt from a file, - for stdin'),
    new Option('-c, --context <path>', 'a file put before the prompt (repeatable)')
      .argParser(collect)
      .default([], 'none'),
    new Option('-s, --system <text>', "system prompt, instead of the agent's"),
    new Option('--system-file <path>', 'system prompt from a file'),
    new Option(
      '--schema <file or JSON>',
      'JSON Schema that the answer must satisfy; the parsed value is in `data` of --json',
    ),
    new Option('--no-stdin', 'do not read stdin'),
  ];
}

function choiceOptions(): Option[] {
  return [
    new Option('--tool <name>', 'this tool; turns the fallback chain off'),
    new Option('-m, --model <name>', 'this model; turns the fallback chain off'),
    new Option('-t, --task <type>', "task type, mapped by the agent's `task_types`"),
    choiceOption('--tier <tier>', 'choose by tier', TIERS),
    choiceOption('--complexity <level>', 'choose by complexity', COMPLEXITIES),
    choiceOption('--effort <level>', 'reasoning effort, where the tool has it', EFFORTS),
    new Option('--temperature <x>', 'sampling temperature, 0 to 2, where the tool has it').argParser(
      parseTemperature,
    ),
    new Option('--policy <name>', "this policy instead of the agent's"),
    new Option('--fallback', 'use the fallback chain even if a tool or model is named'),
    new Option('--no-fallback', 'only the first candidate'),
  ];
}

function limitOptions(): Option[] {
  return [
    choiceOption(
      '--access <level>',
      'what the tool may do in its working directory; at most what the agent may',
      ACCESS_LEVELS,
    ),
    new Option(
      '--max-cost <usd>',
      'cost cap of this request, passed to tools that can enforce one',
    ).argParser(parseAmount),
    new Option('--timeout <duration>', 'limit of the whole run, waits included: 90s, 10m, 1h30m'),
    new Option('--max-tokens <count>', 'limit of output tokens, where the tool has it').argParser(parseCount),
    new Option('--retries <count>', 'retries per candidate (0: none)').argParser(parseCountOrNone),
    new Option(
      '--patience <duration>',
      'with no other candidate left, wait up to this long for a limit to reset, and continue the session of the tool (default: do not wait)',
    ),
    new Option('-y, --yes', 'do not ask at a soft spending limit'),
    new Option('--force', 'exceed a spending limit; needs --justification, and is recorded'),
    new Option('--justification <text>', 'reason for exceeding a limit; kept in the ledger'),
  ];
}

function outputOptions(): Option[] {
  return [
    new Option('--json', 'short for --format json'),
    new Option('--format <format>', 'format of stdout').choices(['text', 'json', 'ndjson']).default('text'),
    new Option('--field <path>', 'print one field of the document: text, data.score, cost.usd, id'),
    new Option('-o, --output <path>', 'write the answer to this file instead of stdout; - is stdout'),
    new Option('--stream', 'print the text as it arrives (default on a terminal)'),
    new Option('--no-stream', 'print the answer once it is complete'),
    new Option('--raw', 'leave control sequences in an answer that is printed on a terminal'),
  ];
}

function runOptions(): Option[] {
  return [
    new Option('--dry-run', 'show the plan and the exact command of every candidate; run nothing'),
    new Option('--explain', 'also say on stderr why each candidate was chosen or rejected'),
    new Option('--cwd <dir>', 'working directory of the tool'),
    new Option(
      '--isolate',
      'work in a Git work tree of its own with the files as they are; at success the change comes back',
    ),
    new Option('--keep', 'as --isolate, and leave the change as a branch `llm-router-<id>` too'),
    new Option('--detach', 'start the run in the background, print its id and return (llm-router jobs)'),
    new Option(
      '--resume <id>',
      'continue the tool session of that invocation, or of the `last` one with a session; without a prompt the tool goes on where it stopped',
    ),
  ];
}

function recordOptions(): Option[] {
  return [
    new Option('--session <name>', 'name that groups invocations'),
    new Option('--tag <key=value>', 'a tag (repeatable)').argParser(collect).default([], 'none'),
    new Option('--source-agent <name>', 'the agent that sent the request, if it is another'),
    new Option(
      '--trace-id <id>',
      'trace id to record instead of a new one (at most 128 characters)',
    ).argParser(checkTraceId),
  ];
}

function checkTraceId(value: string): string {
  if (value.length === 0 || value.length > 128)
    throw new InvalidArgumentError('a text of 1 to 128 characters');
  return value;
}
