import { Command, CommanderError } from 'commander';
import { type Paint, plainPaint } from '../diagnostics/paint.js';
import { type Failure, failure } from '../domain/failure.js';
import { VERSION } from '../version.generated.js';
import type { World } from '../world.js';
import { readAskedLine } from './asked-line.js';
import { addConfig, addInit } from './commands/config.js';
import { addExec } from './commands/exec-options.js';
import { addInspection } from './commands/lazy.js';
import type { CommandContext, GlobalOptions } from './context.js';
import { badLogFormat, contradictionIn } from './contradictions.js';
import { debugLog, wantsDebug } from './debug-log.js';
import { addAdvice, groupCommands, HELP_WIDTH, helpLayout, helpOption } from './help-layout.js';
import type { LogFormat, Output, StdoutFormat } from './output.js';
import { PURPOSE } from './purpose.js';
import { addGlobalOptions, COLOR_MODES, type Register } from './register.js';
import { reportEarly } from './report.js';
import { commandPath, usageFailure } from './usage-failure.js';

/** Parses a command line and runs its command; resolves with the exit code. Built fresh for every run. */
export async function runProgram(argv: readonly string[], world: World, output: Output): Promise<number> {
  const globals: GlobalOptions = {
    config: [],
    color: 'auto',
    quiet: false,
    verbose: wantsDebug(world.env) ? 2 : 0,
  };
  const context: CommandContext = { world, output, globals };
  const texts = { out: '', err: '' };
  const run = { code: 0 };
  const program = buildProgram(context, { texts, paint: await helpPaint(argv, context) }, (code) => {
    run.code = code;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    output.debug?.('exit', { code: run.code });
    return run.code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const { command, words, options } = readAskedLine(argv, program);
    if (options['log-format'] === 'json') output.logFormat = 'json';
    output.format = formatOf(options);
    return await endParsing(context, { error, texts, command, words });
  }
}

/** How parsing ended, what was printed by then, and the innermost command that was named. */
interface ParsingEnd {
  error: CommanderError;
  texts: { out: string; err: string };
  command: Command;
  words: readonly string[];
}

/** Help and version end parsing too, with exit code 0; everything else is a usage failure. */
async function endParsing(
  context: CommandContext,
  { error, texts, command, words }: ParsingEnd,
): Promise<number> {
  if (error.exitCode === 0) {
    await context.output.data(texts.out);
    return 0;
  }
  if (error.code === 'commander.help') {
    await context.output.error(texts.err.trimEnd());
    return 64;
  }
  return reportEarly(context, { failure: usageFailure(error, { command, words }) });
}

/** What stdout carries, by the options of any command. */
function formatOf({ json, ndjson, format }: FormatOptions): StdoutFormat {
  if (json === true || format === 'json') return 'json';
  return ndjson === true || format === 'ndjson' ? 'ndjson' : 'text';
}

type FormatOptions = { json?: string | boolean; ndjson?: string | boolean; format?: string | boolean };

/** The colours of help; none where no help was asked for. */
async function helpPaint(argv: readonly string[], { output }: CommandContext): Promise<Paint> {
  const isAsked = argv.length === 0 || ['help', '-h', '--help'].some((word) => argv.includes(word));
  if (!isAsked) return plainPaint;
  const at = argv.indexOf('--color');
  const given = at === -1 ? argv.find((word) => word.startsWith('--color='))?.slice(8) : argv[at + 1];
  output.color = COLOR_MODES.find((mode) => mode === given) ?? output.color;
  return output.paint('stdout');
}

export function buildProgram(
  context: CommandContext,
  { texts, paint }: { texts: { out: string; err: string }; paint: Paint },
  done: (code: number) => void,
): Command {
  const { globals, output, world } = context;
  const program = new Command('llm-router')
    .description(PURPOSE)
    .version(VERSION, '-V, --version', 'print the version')
    .addHelpOption(helpOption())
    .configureHelp(helpLayout(paint))
    .helpCommand(false)
    .showSuggestionAfterError()
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => {
        texts.out += text;
      },
      writeErr: (text) => {
        texts.err += text;
      },
      getOutHelpWidth: () => world.stdout.columns || HELP_WIDTH,
      getErrHelpWidth: () => world.stderr.columns || HELP_WIDTH,
      getOutHasColors: () => paint !== plainPaint,
      getErrHasColors: () => false,
    })
    .exitOverride();
  const onGlobals = (command: Command): void => {
    const options = command.opts<{
      config?: string[];
      color?: GlobalOptions['color'];
      quiet?: boolean;
      verbose?: number;
      logFormat?: LogFormat;
    }>();
    globals.config.push(...(options.config ?? []));
    globals.color = output.color = options.color ?? globals.color;
    globals.quiet = output.quiet = options.quiet ?? globals.quiet;
    globals.verbose += options.verbose ?? 0;
    output.logFormat = options.logFormat ?? output.logFormat;
  };
  addGlobalOptions(program);
  const register: Register = (parent, name, options) => {
    const command = addGlobalOptions(parent.command(name, options));
    return {
      command,
      action: <T extends unknown[]>(handler: (...values: T) => Promise<number>) => {
        command.action(async (...values: unknown[]) => {
          onGlobals(program);
          onGlobals(command);
          output.format = formatOf(command.opts());
          if (globals.verbose >= 2) startDebugLog(context, command);
          const contradiction =
            contradictionIn(command) ?? badLogFormat(world.env) ?? deletedFolder(world, command);
          if (contradiction === null) done(await handler(...(values as T)));
          else done(await reportEarly(context, { failure: contradiction }));
        });
      },
    };
  };
  addExec(context, program, register);
  addConfig(context, program, register);
  addInit(context, program, register);
  addInspection(context, program, register);
  addHelp(context, program, register);
  groupCommands(program);
  addAdvice(program, paint);
  return program;
}

/** Commands that read and write nothing in the working directory. */
const NEEDS_NO_FOLDER: ReadonlySet<string> = new Set(['version', 'help', 'template', 'schema', 'completion']);

function deletedFolder({ isCwdGone }: World, command: Command): Failure | null {
  if (!isCwdGone || NEEDS_NO_FOLDER.has(command.name())) return null;
  return failure('input', 'the working directory does not exist any more', {
    hint: 'change to another folder',
  });
}

function startDebugLog({ output, world }: CommandContext, command: Command): void {
  output.debug = debugLog(output, world);
  const { cwd, nodeVersion: node, platform } = world;
  output.debug('start', { version: VERSION, command: commandPath(command), node, platform, cwd });
}

function addHelp(context: CommandContext, program: Command, register: Register): void {
  const version = register(program, 'version');
  version.command.description('Print the version').option('--json', 'print one JSON document');
  version.action(async ({ json }: { json?: boolean }) => {
    const { nodeVersion: node, platform } = context.world;
    if (json === true) await context.output.json({ version: VERSION, node, platform });
    else await context.output.data(`${VERSION}\n`);
    return 0;
  });

  const help = register(program, 'help');
  help.command
    .description('Show help on a command, or on a topic: config, environment, exit-codes, routing')
    .argument('[topic...]', 'command or topic');
  help.action(async (words: string[]) => {
    const { isTopic, runHelpTopic, unknownTopic } = await import('./commands/help.js');
    const [topic] = words;
    if (topic !== undefined && words.length === 1 && isTopic(topic)) return runHelpTopic(context, topic);
    const command = commandNamed(program, words);
    return command === null ? unknownTopic(context, program, words) : printHelp(context, command);
  });
}

/** The command that the words lead to: `config show`; `null` if there is none. */
function commandNamed(program: Command, words: readonly string[]): Command | null {
  const step = (from: Command | null, word: string): Command | null =>
    from?.commands.find((one) => one.name() === word) ?? null;
  return words.reduce<Command | null>(step, program);
}

async function printHelp({ output }: CommandContext, command: Command): Promise<number> {
  await output.data(command.helpInformation());
  return 0;
}
