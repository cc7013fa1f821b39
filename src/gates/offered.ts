import type { ToolConfig } from '../config/types.js';
import { ACCESS_LEVELS, type Access } from '../domain/request.js';

/** Whether a tool lists a model, by name or by `*`. */
export function offers(tool: ToolConfig, model: string): boolean {
  return tool.models.some((listed) => listed.value === model || listed.value === '*');
}

/** Whether a tool can run with an access level. */
export function offersAccess(tool: ToolConfig, access: Access): boolean {
  return accessLevelsOf(tool).includes(access);
}

/** The access levels of a tool, weakest first: one without arguments for them runs alike at every level. */
export function accessLevelsOf(tool: ToolConfig): readonly Access[] {
  if (tool.kind !== 'command' || tool.accessArgs === null) return ACCESS_LEVELS;
  const { accessArgs } = tool;
  return ACCESS_LEVELS.filter((level) => accessArgs[level] !== undefined);
}
