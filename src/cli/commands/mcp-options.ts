import type { Command } from 'commander';
import type { CommandContext } from '../context.js';
import type { Register } from '../register.js';
import type { McpInstallOptions } from './mcp-install.js';
import type { McpOptions } from './mcp-serve.js';

const CLIENTS = 'claude-code, codex, gemini, opencode, qwen-code, copilot, vscode or cursor';

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

  const install = register(mcp.command, 'install');
  install.command
    .description('Let a client start this server in all projects; without a client list them')
    .argument('[client]', CLIENTS)
    .option('--print', "print the entry for the client's config and change nothing")
    .option('--json', 'without a client: print a JSON array');
  install.action(async (client: string | undefined, options: McpInstallOptions) => {
    const { runMcpInstall } = await import('./mcp-install.js');
    return runMcpInstall(context, client, options);
  });

  const uninstall = register(mcp.command, 'uninstall');
  uninstall.command.description("Take this server out of a client's config").argument('<client>', CLIENTS);
  uninstall.action(async (client: string) => {
    const { runMcpUninstall } = await import('./mcp-install.js');
    return runMcpUninstall(context, client);
  });
}
