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

const EXEC_EXAMPLES = `
The prompt is put together from contexts, -f, stdin and the argument, in this order, joined by a blank
line. With an argument, a stdin that gives nothing for 3 s is left unread. In a loop such as
\`while read\`, give --no-stdin or </dev/null, so that the loop keeps its input.

Examples:
  $ llm-router exec --agent reviewer -f prompt.md
  $ git diff | llm-router exec -a reviewer "Review this change"
  $ llm-router exec -c src/a.ts -c src/b.ts "What do these do?" --json
  $ id=$(llm-router exec --detach -a reviewer -f prompt.md); llm-router jobs wait $id
  $ llm-router exec --dry-run -a reviewer "hello"     the plan, and the exact command

Exit codes: 0 answered, 64 usage, 69 no tool available, 75 try later, … (llm-router help exit-codes)`;

/** Registers `exec`. */
export function addExec(context: CommandContext, program: Command, register: Register): void {
  const { command, action } = register(program, 'exec');
  command
    .description('Route and run one request')
    .argument('[prompt...]', 'the prompt; everything after -- is taken literally')
    .option('-a, --agent <name>', "the agent that asks (default: the config's `default_agent`)")
    .option('-f, --prompt-file <path>', 'prompt from a file, - for stdin')
    .option('--no-stdin', 'do not read stdin')
    .addOption(
      new Option('-c, --context <path>', 'a file put before the prompt (repeatable)')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('-s, --system <text>', "system prompt, instead of the agent's")
    .option('--system-file <path>', 'system prompt from a file')
    .option('-t, --task <type>', "task type, mapped by the agent's `task_types`")
    .addOption(choiceOption('--complexity <level>', 'choose by complexity', COMPLEXITIES))
    .addOption(choiceOption('--tier <tier>', 'choose by tier', TIERS))
    .option('--tool <name>', 'this tool; turns the fallback chain off')
    .option('-m, --model <name>', 'this model; turns the fallback chain off')
    .addOption(
      choiceOption(
        '--access <level>',
        'what the tool may do in its working directory; at most what the agent may',
        ACCESS_LEVELS,
      ),
    )
    .addOption(choiceOption('--effort <level>', 'reasoning effort, where the tool has it', EFFORTS))
    .option(
      '--schema <file or JSON>',
      'JSON Schema that the answer must satisfy; the parsed value is in `data` of --json',
    )
    .option('--max-tokens <count>', 'limit of output tokens, where the tool has it', parseCount)
    .option('--temperature <x>', 'sampling temperature, 0 to 2, where the tool has it', parseTemperature)
    .option('--max-cost <usd>', 'cost cap of this request, passed to tools that can enforce one', parseAmount)
    .option('--force', 'exceed a spending limit; needs --justification, and is recorded')
    .option('--justification <text>', 'reason for exceeding a limit; kept in the ledger')
    .option('-y, --yes', 'do not ask at a soft spending limit')
    .option(
      '--resume <id>',
      'continue the tool session of that invocation, or of the `last` one with a session',
    )
    .option('--policy <name>', "this policy instead of the agent's")
    .option('--fallback', 'use the fallback chain even if a tool or model is named')
    .option('--no-fallback', 'only the first candidate')
    .option('--retries <count>', 'retries per candidate (0: none)', parseCountOrNone)
    .option(
      '--patience <duration>',
      'with no other candidate left, wait up to this long for a limit to reset (default: do not wait)',
    )
    .option('--timeout <duration>', 'limit of the whole run, waits included: 90s, 10m, 1h30m')
    .option('--cwd <dir>', 'working directory of the tool')
    .option('-o, --output <path>', 'write the answer to this file instead of stdout; - is stdout')
    .addOption(
      new Option('--format <format>', 'format of stdout').choices(['text', 'json', 'ndjson']).default('text'),
    )
    .option('--json', 'short for --format json')
    .option('--field <path>', 'print one field of the document: text, data.score, cost.usd, id')
    .option('--stream', 'print the text as it arrives (default on a terminal)')
    .option('--no-stream', 'print the answer once it is complete')
    .option('--raw', 'leave control sequences in an answer that is printed on a terminal')
    .option('--session <name>', 'name that groups invocations; kept in the trace')
    .option('--source-agent <name>', 'the agent that sent the request, if it is another; kept in the trace')
    .option(
      '--trace-id <id>',
      'trace id to record instead of a new one (at most 128 characters)',
      checkTraceId,
    )
    .addOption(
      new Option('--tag <key=value>', 'kept in the trace (repeatable)')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--detach', 'start the run in the background, print its id and return (llm-router jobs)')
    .option('--dry-run', 'show the plan and the exact command of every candidate; run nothing')
    .option('--explain', 'also say on stderr why each candidate was chosen or rejected')
    .addHelpText('after', EXEC_EXAMPLES);
  action((words: string[], options: ExecOptions) => runExec(context, words, options));
}

function checkTraceId(value: string): string {
  if (value.length === 0 || value.length > 128)
    throw new InvalidArgumentError('a text of 1 to 128 characters');
  return value;
}
