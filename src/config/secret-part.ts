import { placeholdersOf, variableOf } from '../domain/template.js';
import type { CommandTool, HttpTool, ToolConfig } from './types.js';

/** What decides on the secrets that a command tool gets from variables. */
export type CommandSecrets = Pick<CommandTool, 'kind' | 'envVars' | 'argv' | 'apiKeyEnv' | 'gateway'>;

/** The same of a provider API. */
export type HttpSecrets = Pick<HttpTool, 'kind' | 'headers' | 'baseUrl' | 'api' | 'apiKeyEnv'>;

/** The part of a tool that its secrets depend on: much less than the tool. */
export type SecretPart = CommandSecrets | HttpSecrets | Pick<ToolConfig, 'kind'>;

/** The part of a tool that its secrets depend on. */
export function secretPartOf(tool: ToolConfig): SecretPart {
  const { kind } = tool;
  if (tool.kind === 'command') {
    const argv = tool.argv.filter((item) => placeholdersOf([item]).some((one) => variableOf(one) !== null));
    const { envVars, apiKeyEnv, gateway } = tool;
    return { kind, envVars, argv, apiKeyEnv, gateway };
  }
  if (tool.kind === 'http') {
    const { headers, baseUrl, api, apiKeyEnv } = tool;
    return { kind, headers, baseUrl, api, apiKeyEnv };
  }
  return { kind };
}
