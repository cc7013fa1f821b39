import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import type { Register } from '../register.js';
import type { ModelsCommandOptions } from './models.js';

const EXAMPLES = `
Examples:
  $ llm-router models                                  the catalogue, and what providers list
  $ llm-router models --tool openai --refresh          ask one provider now
  $ llm-router models --agent reviewer                 what its policy allows
  $ llm-router models --json | jq -r '.models[] | select(.allowed) | .name'

MODEL is what \`--model\` takes, ID what the provider calls it; prices are USD per million tokens.
Providers of tools of kind \`http\` are asked at once, with 10 s for each; it costs nothing. Lists are
kept for the \`models_ttl\` of the tool, and shown with their age when a provider cannot be asked.`;

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
    .option('--json', 'print one JSON document')
    .addHelpText('after', EXAMPLES);
  models.action(async (options: ModelsCommandOptions) => {
    const { runModels } = await import('./models.js');
    return runModels(context, options);
  });
}
