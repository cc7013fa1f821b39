import type { Environment } from '../adapters/adapter.js';
import { expandVariables } from '../adapters/variables.js';
import type { RouterConfig } from '../config/types.js';

/** Where tools of kind `http` connect to, variables filled in. */
export function endpointsOf(config: RouterConfig, env: Environment): { tool: string; url: string }[] {
  return Object.values(config.tools).flatMap((tool) =>
    tool.kind === 'http' ? [{ tool: tool.name, url: expandVariables(tool.baseUrl.value, env).text }] : [],
  );
}
