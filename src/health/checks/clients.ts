import type { HealthItem, MachineContext } from '../context.js';

/** The programs that start our MCP server. Where what they start is gone, they cannot. */
export function checkClients({ mcpClients = [] }: Pick<MachineContext, 'mcpClients'>): HealthItem[] {
  return mcpClients.map(({ client, file, command, isFound }) => ({
    check: 'client',
    subject: client,
    ask: () => {
      const data = { file, command };
      if (isFound) return { status: 'ok', detail: `starts \`${command}\` (${file})`, fix: null, data };
      const detail = `starts \`${command}\`, which is not found (${file})`;
      return { status: 'warn', detail, fix: `\`llm-router mcp install ${client}\``, data };
    },
  }));
}
