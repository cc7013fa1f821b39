import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import type { Register } from '../register.js';
import type { McpOptions } from './mcp-serve.js';

/** Registers `mcp` and its commands. Their code is loaded when they run. */
export function addMcp(context: CommandContext, program: Command, register: Register): void {
  const mcp = register(program, 'mcp');
  mcp.command
    .description(
      'Serve the agents of the config to another agent, by the Model Context Protocol on stdin and stdout',
    )
    .option(
      '--wait <duration>',
      'how long a call waits for an answer before it returns an id instead',
      '50s',
    );
  mcp.action(async (options: McpOptions) => {
    const { runMcp } = await import('./mcp-serve.js');
    return runMcp(context, options);
  });
}
