import { Argument, type Command } from 'commander';
import { SHELLS, type Shell } from '../completion/shells.js';
import type { CommandContext } from '../context.js';
import { addGlobalOptions, parseCountOrNone, parsePort, type Register } from '../register.js';
import { addAudit } from './audit-options.js';
import type { BudgetOptions } from './budget.js';
import type { DoctorOptions } from './doctor.js';
import { addJobs } from './jobs-options.js';
import { addLedger } from './ledger-options.js';
import { addMcp } from './mcp-options.js';
import { addModels } from './models-options.js';
import { addRace } from './race-options.js';
import type { ServeOptions } from './serve.js';
import { addStats } from './stats-options.js';
import type { ToolTestOptions } from './tool-test.js';
import { addTrace } from './trace-options.js';
import { addUndo } from './undo-options.js';

type Add = (context: CommandContext, program: Command, register: Register) => void;

/** Registers `doctor`, `agents`, `tools`, `models`, `budget`, `trace`, `jobs`, `undo`, `diff`, `apply`, `race`, `stats`, `audit`, `ledger`, `serve`, `mcp`, `completion` and `template`. Their code is loaded when they run. */
export function addInspection(context: CommandContext, program: Command, register: Register): void {
  const doctor = register(program, 'doctor');
  doctor.command
    .description(
      "Check config, tools, variables and folders, and show each agent's plan now. Exit 1 if an agent cannot be served",
    )
    .option('-a, --agent <name>', "only this agent's plan")
    .option(
      '--online',
      'also ask the endpoints of tools of kind `http` for their models, which checks keys and costs nothing',
    )
    .option('--clear-cooldowns', 'end all cooldowns')
    .option('--all', 'also what each tool lacks that no agent needs')
    .option('--strict', 'exit 1 also if a row that an agent needs warns')
    .option('--json', 'print one JSON document');
  doctor.action(async (options: DoctorOptions) => {
    const { runDoctor } = await import('./doctor.js');
    return runDoctor(context, options);
  });

  addLists(context, program, register);
  addModels(context, program, register);
  addToolTest(context, program, register);
  addTrace(context, program, register);
  addJobs(context, program, register);
  addUndo(context, program, register);
  addRace(context, program, register);

  addStats(context, program, register);
  addAudit(context, program, register);
  addLedger(context, program, register);

  addServe(context, program, register);
  addMcp(context, program, register);

  addCompletion(context, program, register);

  const template = register(program, 'template');
  template.command
    .description('Print an annotated example config')
    .argument('[name]', 'which one', 'quick-start')
    .option('--list', 'list them')
    .option('--json', 'with --list: print a JSON array');
  template.action(async (name: string, options: { list?: boolean; json?: boolean }) => {
    const { runTemplate } = await import('./template.js');
    return runTemplate(context, name, options);
  });
}

const addLists: Add = (context, program, register) => {
  const agents = register(program, 'agents');
  agents.command
    .description(
      'List the agents of the config: what each prefers, what it may do, and what it would run now',
    )
    .option('--json', 'print one JSON document');
  agents.action(async (options: { json?: boolean }) => {
    const { runAgents } = await import('./agents.js');
    return runAgents(context, options);
  });

  const tools = register(program, 'tools');
  tools.command
    .description('List the tools of the config and the catalogue: what they run, and which are ready')
    .option('--json', 'print one JSON document');
  tools.action(async (options: { json?: boolean }) => {
    const { runTools } = await import('./tools.js');
    return runTools(context, options);
  });

  const budget = register(program, 'budget');
  budget.command
    .description('Show limit, used, reserved and left of every budget that applies here')
    .option('--project <path or name>', 'what this project has used of them, not the one here')
    .option('--json', 'print one JSON document');
  budget.action(async (options: BudgetOptions) => {
    const { runBudget } = await import('./budget.js');
    return runBudget(context, options);
  });
};

const addToolTest: Add = (context, program, register) => {
  const group = addGlobalOptions(program.command('tool'))
    .helpCommand(false)
    .description('Work on the definition of a tool');
  const test = register(group, 'test');
  test.command
    .description(
      'Read a saved output by the definition of a tool and show what each selector finds; runs nothing',
    )
    .argument('<name>', 'the tool')
    .option('--stdout <file>', 'what the tool wrote to standard output')
    .option('--stderr <file>', 'what it wrote to standard error')
    .option('--output-file <file>', 'what it wrote to `{output_file}`')
    .option('--usage-file <file>', 'what it wrote to `{usage_file}`')
    .option('--exit <code>', 'its exit code', parseCountOrNone, 0)
    .option('--json', 'print one JSON document');
  test.action(async (name: string, options: ToolTestOptions) => {
    const { runToolTest } = await import('./tool-test.js');
    return runToolTest(context, name, options);
  });
};

const addCompletion: Add = (context, program, register) => {
  const completion = register(program, 'completion');
  completion.command
    .description('Print the script that completes commands, options and names in a shell')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS));
  completion.action(async (shell: Shell) => {
    const { runCompletion } = await import('./completion.js');
    return runCompletion(context, shell);
  });

  const complete = register(program, 'complete', { hidden: true });
  complete.command
    .description('What may stand at the cursor, for the scripts of `completion`')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .argument('[words...]', 'after --: the words after the program, or for bash the line and its last part');
  complete.action(async (shell: Shell, words: string[]) => {
    const { runComplete } = await import('./completion.js');
    return runComplete(context, program, { shell, words });
  });
};

const addServe: Add = (context, program, register) => {
  const serve = register(program, 'serve');
  serve.command
    .description('Serve the agents of the config over HTTP: JSON-RPC, and what OpenAI clients speak')
    .option('--host <address>', 'address to listen on [`server.host`, else 127.0.0.1]')
    .option(
      '--port <number>',
      'port to listen on, 0 for any that is free [`server.port`, else 4141]',
      parsePort,
    );
  serve.action(async (options: ServeOptions) => {
    const { runServe } = await import('./serve.js');
    return runServe(context, options);
  });
};
