import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import type { Register } from '../register.js';
import type { ModelsCommandOptions } from './models.js';

/** Registers `models`. Its code is loaded when it runs. */
export function addModels(context: CommandContext, program: Command, register: Register): void {
  const models = register(program, 'models');
  models.command
    .description(
      'List the models of the catalogue and of providers: tier, window, price, tools, and what is allowed',
    )
    .option('--tool <name>', 'only the models of this tool')
    .option('-a, --agent <name>', 'the agent whose policy says what is allowed')
    .option('--refresh', 'ask the providers, however new their lists are')
    .option('--json', 'print one JSON document');
  models.action(async (options: ModelsCommandOptions) => {
    const { runModels } = await import('./models.js');
    return runModels(context, options);
  });
}
