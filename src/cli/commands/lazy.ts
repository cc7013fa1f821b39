import { type Command, Option } from 'commander';
import type { CommandContext } from '../context.js';
import { addGlobalOptions, parseCount, type Register } from '../register.js';

/** Registers `config`. */
export function addConfig(context: CommandContext, program: Command, register: Register): void {
  const group = addGlobalOptions(program.command('config')).description('Check or write the configuration');
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
    const { runConfigValidate } = await import('./config-validate.js');
    return runConfigValidate(context, paths, {
      ...options,
      format: options.json === true ? 'json' : options.format,
    });
  });

  const init = register(group, 'init');
  init.command
    .description('Write llm-router.yaml for the tools that are installed')
    .option('--template <name>', 'write this example instead (see `llm-router template --list`)')
    .option('--force', 'overwrite an existing file');
  init.action(async (options: { template?: string; force?: boolean }) => {
    const { runConfigInit } = await import('./config-init.js');
    return runConfigInit(context, options);
  });
}

/** Registers `doctor`, `trace` and `template`. Their code is loaded when they run. */
export function addInspection(context: CommandContext, program: Command, register: Register): void {
  const doctor = register(program, 'doctor');
  doctor.command
    .description(
      "Check config, tools, variables and folders, and show each agent's plan now. Exit 1 if an agent cannot be served",
    )
    .option('-a, --agent <name>', "only this agent's plan")
    .option('--json', 'print one JSON document');
  doctor.action(async (options: { agent?: string; json?: boolean }) => {
    const { runDoctor } = await import('./doctor.js');
    return runDoctor(context, options);
  });

  const trace = register(program, 'trace');
  trace.command
    .description('List the newest invocations, or show one')
    .option('-n, --last <count>', 'how many', parseCount, 10)
    .option('--json', 'print a JSON array');
  trace.action(async (options: { last: number; json?: boolean }) => {
    const { runTraceList } = await import('./trace.js');
    return runTraceList(context, options);
  });

  const show = register(trace.command, 'show');
  show.command
    .description('Show one invocation: plan, attempts, cost, failure')
    .argument('<id>', 'its id, or the beginning of it')
    .option('--json', 'print the trace as it was recorded');
  show.action(async (id: string, options: { json?: boolean }) => {
    const { runTraceShow } = await import('./trace.js');
    return runTraceShow(context, id, options);
  });

  const template = register(program, 'template');
  template.command
    .description('Print an annotated example config')
    .argument('[name]', 'which one', 'quick-start')
    .option('--list', 'list them');
  template.action(async (name: string, options: { list?: boolean }) => {
    const { runTemplate } = await import('./template.js');
    return runTemplate(context, name, options);
  });
}
