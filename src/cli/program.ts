import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { failure } from '../domain/failure.js';
import { COMPLEXITIES, TIERS } from '../domain/request.js';
import { VERSION } from '../version.generated.js';
import type { World } from '../world.js';
import { runExec } from './commands/exec.js';
import type { ExecOptions } from './commands/exec-request.js';
import type { CommandContext, GlobalOptions } from './context.js';
import type { Output } from './output.js';
import { reportEarly } from './report.js';

/** Parses a command line and runs its command; resolves with the exit code. Built fresh for every run. */
export async function runProgram(argv: readonly string[], world: World, output: Output): Promise<number> {
  const globals: GlobalOptions = { config: [], color: 'auto', quiet: false, verbose: false };
  const context: CommandContext = { world, output, globals };
  const texts = { out: '', err: '' };
  const run = { code: 0 };
  const program = buildProgram(context, texts, (code) => {
    run.code = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return run.code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return await endParsing(context, { error, texts, argv });
  }
}

/** Help and version end parsing too, with exit code 0; everything else is a usage failure. */
async function endParsing(
  context: CommandContext,
  {
    error,
    texts,
    argv,
  }: { error: CommanderError; texts: { out: string; err: string }; argv: readonly string[] },
): Promise<number> {
  if (error.exitCode === 0) {
    await context.output.data(texts.out);
    return 0;
  }
  if (error.code === 'commander.help') {
    await context.output.error(texts.err.trimEnd());
    return 64;
  }
  const json =
    argv.includes('--json') ||
    argv.includes('--format=json') ||
    argv[argv.indexOf('--format') + 1] === 'json';
  return reportEarly(context, { failure: usageFailure(error.message, argv) }, json);
}

/** The parser's words in our form: `error: unknown option '--x'\n(Did you mean --y?)`. */
function usageFailure(message: string, argv: readonly string[]) {
  const [sentence = '', suggestion] = message.replace(/^error: /, '').split('\n');
  const near = /Did you mean (?:one of )?(.*)\?/.exec(suggestion ?? '')?.[1];
  const command = argv.find((word) => !word.startsWith('-'));
  const help = `see \`llm-router ${command === undefined ? '' : `${command} `}--help\``;
  return failure('usage', sentence.replaceAll("'", '`').replace(/\.$/, ''), {
    hint: near === undefined ? help : `did you mean \`${near}\`? ${help}`,
  });
}

const EXAMPLES = `
Examples:
  $ git diff | llm-router exec --agent reviewer "Review this change"
  $ llm-router exec --dry-run --explain "Why would this go where?"
  $ llm-router exec --tool mock "hello"          canned answers, needs nothing
  $ llm-router trace --last 5
  $ llm-router config validate`;

function buildProgram(
  context: CommandContext,
  texts: { out: string; err: string },
  done: (code: number) => void,
): Command {
  const { globals, output, world } = context;
  const program = new Command('llm-router')
    .description('Routes work for named agents to coding-agent CLIs and models, by rules in YAML')
    .version(VERSION, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand(false)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .addHelpText('after', EXAMPLES)
    .configureOutput({
      writeOut: (text) => {
        texts.out += text;
      },
      writeErr: (text) => {
        texts.err += text;
      },
      getOutHelpWidth: () => (world.stdout.isTerminal ? world.stdout.columns : 100),
      getErrHelpWidth: () => (world.stderr.isTerminal ? world.stderr.columns : 100),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride();
  const onGlobals = (command: Command): void => {
    const options = command.opts<{
      config?: string[];
      color?: GlobalOptions['color'];
      quiet?: boolean;
      verbose?: boolean;
    }>();
    globals.config.push(...(options.config ?? []));
    globals.color = output.color = options.color ?? globals.color;
    globals.quiet = output.quiet = options.quiet ?? globals.quiet;
    globals.verbose = options.verbose ?? globals.verbose;
  };
  addGlobalOptions(program);
  const register: Register = (parent, name) => {
    const command = addGlobalOptions(parent.command(name));
    return {
      command,
      action: <T extends unknown[]>(handler: (...values: T) => Promise<number>) => {
        command.action(async (...values: unknown[]) => {
          onGlobals(program);
          onGlobals(command);
          done(await handler(...(values as T)));
        });
      },
    };
  };
  addExec(context, program, register);
  addConfig(context, program, register);
  addInspection(context, program, register);
  addHelp(context, program, register);
  return program;
}

/** Adds a command that also takes the global options, and gives its handler's exit code to the program. */
type Register = (
  parent: Command,
  name: string,
) => { command: Command; action: <T extends unknown[]>(handler: (...values: T) => Promise<number>) => void };

function addGlobalOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--config <path>',
        'config file or folder instead of the ones found (repeatable, later wins)',
      ).argParser(collect),
    )
    .addOption(new Option('--color <when>', 'colours in output').choices(['auto', 'always', 'never']))
    .option('-q, --quiet', 'say nothing on stderr but errors')
    .option('-v, --verbose', 'say more on stderr');
}

function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), value];
}

const EXEC_EXAMPLES = `
The prompt is put together from contexts, -f, stdin and the argument, in this order, joined by a blank line.

Examples:
  $ llm-router exec --agent reviewer -f prompt.md
  $ git diff | llm-router exec -a reviewer "Review this change"
  $ llm-router exec -c src/a.ts -c src/b.ts "What do these do?" --json
  $ llm-router exec --dry-run -a reviewer "hello"     who would run it, and the exact command

Exit codes: 0 answered, 64 usage, 69 nobody available, 75 try later, … (llm-router help exit-codes)`;

function addExec(context: CommandContext, program: Command, register: Register): void {
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
    .addOption(new Option('--complexity <level>', 'choose by complexity').choices([...COMPLEXITIES]))
    .addOption(new Option('--tier <tier>', 'choose by tier').choices([...TIERS]))
    .option('--tool <name>', 'this tool; turns the fallback chain off')
    .option('--model <name>', 'this model; turns the fallback chain off')
    .option('--fallback', 'use the fallback chain although a tool or model is named')
    .option('--no-fallback', 'only the first candidate')
    .option('--timeout <duration>', 'bounds the whole run: 90s, 10m, 1h30m')
    .option('--cwd <dir>', 'working directory of the tool')
    .option('-o, --output <path>', 'write the answer into this file, nothing to stdout')
    .addOption(new Option('--format <format>', 'format of stdout').choices(['text', 'json']).default('text'))
    .option('--json', 'short for --format json')
    .option('--stream', 'show the text as it comes (default: when stdout is a terminal)')
    .option('--no-stream', 'show the answer when it is whole')
    .option('--session <name>', 'correlates invocations; kept in the trace')
    .option('--trace-id <id>', 'id to record instead of a new one (at most 128 characters)', checkTraceId)
    .addOption(
      new Option('--tag <key=value>', 'kept in the trace (repeatable)')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--dry-run', 'show the plan and the exact command of every candidate; run nothing')
    .option('--explain', 'also say on stderr why each candidate was chosen or rejected')
    .addHelpText('after', EXEC_EXAMPLES);
  action((words: string[], options: ExecOptions) => runExec(context, words, options));
}

function checkTraceId(value: string): string {
  if (value.length === 0 || value.length > 128)
    throw new InvalidArgumentError('it must have 1 to 128 characters.');
  return value;
}

function addConfig(context: CommandContext, program: Command, register: Register): void {
  const group = addGlobalOptions(program.command('config')).description('Check the configuration');
  const { command, action } = register(group, 'validate');
  command
    .description(
      'Check a config: all problems at once, each at its place. Exit 1 if there is an error, 66 if a path cannot be read',
    )
    .argument('[path...]', 'files or folders (default: the config that exec would use)')
    .addOption(
      new Option('--format <format>', 'format of the findings').choices(['text', 'json']).default('text'),
    )
    .option('--json', 'short for --format json')
    .option('--strict', 'warnings fail too');
  action(async (paths: string[], options: { format: 'text' | 'json'; json?: boolean; strict?: boolean }) => {
    const { runConfigValidate } = await import('./commands/config-validate.js');
    return runConfigValidate(context, paths, {
      ...options,
      format: options.json === true ? 'json' : options.format,
    });
  });
}

function addInspection(context: CommandContext, program: Command, register: Register): void {
  const doctor = register(program, 'doctor');
  doctor.command
    .description(
      "Check config, tools, variables and folders, and show each agent's plan now. Exit 1 if an agent cannot be served",
    )
    .option('-a, --agent <name>', "only this agent's plan")
    .option('--json', 'print one JSON document');
  doctor.action(async (options: { agent?: string; json?: boolean }) => {
    const { runDoctor } = await import('./commands/doctor.js');
    return runDoctor(context, options);
  });

  const trace = register(program, 'trace');
  trace.command
    .description('List the newest invocations, or show one')
    .option('-n, --last <count>', 'how many', parseCount, 10)
    .option('--json', 'print a JSON array');
  trace.action(async (options: { last: number; json?: boolean }) => {
    const { runTraceList } = await import('./commands/trace.js');
    return runTraceList(context, options);
  });

  const show = register(trace.command, 'show');
  show.command
    .description('Show one invocation: plan, attempts, cost, failure')
    .argument('<id>', 'its id, or the beginning of it')
    .option('--json', 'print the trace as it was recorded');
  show.action(async (id: string, options: { json?: boolean }) => {
    const { runTraceShow } = await import('./commands/trace.js');
    return runTraceShow(context, id, options);
  });

  const template = register(program, 'template');
  template.command
    .description('Print an annotated example config')
    .argument('[name]', 'which one', 'quick-start')
    .option('--list', 'list them');
  template.action(async (name: string, options: { list?: boolean }) => {
    const { runTemplate } = await import('./commands/template.js');
    return runTemplate(context, name, options);
  });
}

function parseCount(value: string): number {
  const count = Number(value);
  if (!/^\d+$/.test(value) || count < 1)
    throw new InvalidArgumentError('it must be a whole number of 1 or more.');
  return count;
}

function addHelp(context: CommandContext, program: Command, register: Register): void {
  const version = register(program, 'version');
  version.command.description('Print the version');
  version.action(async () => {
    await context.output.data(`${VERSION}\n`);
    return 0;
  });

  const help = register(program, 'help');
  help.command
    .description('Show help on a command, or on a topic: exit-codes')
    .argument('[topic]', 'command or topic');
  help.action(async (topic: string | undefined) => {
    if (topic === undefined) return printHelp(context, program);
    const command = program.commands.find((candidate) => candidate.name() === topic);
    if (command !== undefined) return printHelp(context, command);
    const { runHelpTopic } = await import('./commands/help.js');
    return runHelpTopic(
      context,
      topic,
      program.commands.map((candidate) => candidate.name()),
    );
  });
}

async function printHelp({ output }: CommandContext, command: Command): Promise<number> {
  await output.data(command.helpInformation());
  return 0;
}
