import type { ToolConfig } from '../config/types.js';
import { ACCESS_LEVELS, type Access } from '../domain/request.js';
import { type Gate, refuse } from './gate.js';

/** The tool can run with the level of access. */
export const access: Gate = {
  name: 'access',
  check: ({ candidate: { tool }, access: level }) => {
    if (offersAccess(tool, level)) return null;
    return refuse('not_allowed', `\`${tool.name}\` does not offer access \`${level}\``, {
      hint: `it offers ${accessLevelsOf(tool).join(', ')}`,
      at: tool.at,
    });
  },
};

/** Whether a tool can run with an access level. */
export function offersAccess(tool: ToolConfig, level: Access): boolean {
  return accessLevelsOf(tool).includes(level);
}

/** The access levels of a tool, weakest first; a tool without arguments for them runs the same at every level. */
export function accessLevelsOf(tool: ToolConfig): readonly Access[] {
  if (tool.kind !== 'command' || tool.accessArgs === null) return ACCESS_LEVELS;
  const { accessArgs } = tool;
  return ACCESS_LEVELS.filter((level) => accessArgs[level] !== undefined);
}
