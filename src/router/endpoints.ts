import type { Environment } from '../adapters/adapter.js';
import { expandVariables } from '../adapters/command/environment.js';
import type { RouterConfig, ToolConfig } from '../config/types.js';

/** Where tools of kind `http` connect to, variables filled in. */
export function endpointsOf(config: RouterConfig, env: Environment): { tool: string; url: string }[] {
  return Object.values(config.tools).flatMap((tool) => {
    const url = baseUrlOf(tool);
    return url === null ? [] : [{ tool: tool.name, url: expandVariables(url, env).text }];
  });
}

function baseUrlOf(tool: ToolConfig): string | null {
  const url: unknown = 'baseUrl' in tool ? tool.baseUrl : null;
  if (typeof url === 'string') return url;
  return typeof url === 'object' && url !== null && 'value' in url && typeof url.value === 'string'
    ? url.value
    : null;
}
