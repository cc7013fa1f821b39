import type { CommandTool } from '../../config/types.js';
import type { Failure } from '../../domain/failure.js';
import { err, ok, type Result } from '../../domain/result.js';
import type { Environment, Task } from '../adapter.js';
import { withCredentials } from '../http/credentials.js';
import { refused } from '../refused.js';
import { expandVariables } from '../variables.js';
import { toolVariables } from './environment.js';

/** Where the calls of a tool go behind its gateway: the URL that the tool would take by itself. */
export function gatewayTarget(task: Task<CommandTool>, env: Environment): Result<URL, Failure> {
  const { tool } = task;
  const written = tool.gateway?.baseUrl?.value ?? '';
  const expanded = expandVariables(written, toolVariables(tool, env));
  const { missing } = expanded;
  const text = withCredentials(expanded.text) ?? '';
  const [unset] = missing;
  if (unset !== undefined) {
    const message = `\`${unset}\` is not set, and \`gateway.base_url\` of tool \`${tool.name}\` needs it`;
    return err(refused(task, 'tool_not_found', message, `set the variable \`${unset}\``));
  }
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return ok(new URL(text));
  const message = `\`gateway.base_url\` of tool \`${tool.name}\` is no URL that starts with \`https://\` or \`http://\``;
  return err(refused(task, 'tool_not_found', message, 'correct it, or the variable that it names'));
}
