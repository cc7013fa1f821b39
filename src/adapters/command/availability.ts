import type { CommandTool } from '../../config/types.js';
import type { Availability } from '../../domain/facts.js';
import type { Host } from '../adapter.js';
import { missingVariable, missingVariables } from './environment.js';
import { findToolBinary, isPath } from './find-binary.js';

/** Whether a tool can be started, by its binary and the variables that it needs. */
export function availability(tool: CommandTool, host: Host): Availability {
  const search = findToolBinary(tool, host);
  if (!search.found)
    return { available: false, reason: 'tool_not_found', ...notFound(tool, search.notExecutable) };
  const [missing] = missingVariables(tool, host.env);
  if (missing === undefined) return { available: true, path: search.path };
  const reason = 'tool_not_found';
  return { available: false, reason, ...missingVariable(tool, missing), missingVariable: missing };
}

function notFound(tool: CommandTool, notExecutable: string | null): { detail: string; hint: string } {
  if (notExecutable !== null)
    return { detail: `\`${notExecutable}\` is not executable`, hint: `run \`chmod +x ${notExecutable}\`` };
  const binary = tool.binary.value;
  const [detail, hint] = isPath(binary)
    ? [
        `\`${binary}\` is not an executable file`,
        `install it there, or correct \`binary\` of \`${tool.name}\``,
      ]
    : [`\`${binary}\` not found in PATH`, `install it, or give its path as \`binary\` of \`${tool.name}\``];
  return { detail, hint: tool.installHint ?? hint };
}
