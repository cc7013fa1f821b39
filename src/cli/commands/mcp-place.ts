import type { ClientPlace } from '../../mcp/clients/client.js';
import type { CommandContext } from '../context.js';

/** What decides where the clients of our MCP server keep their configs. */
export function placeOf({ world }: Pick<CommandContext, 'world'>): ClientPlace {
  const { env, home, platform } = world;
  return { env, home, platform };
}
