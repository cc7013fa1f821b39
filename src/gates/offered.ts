import type { ToolConfig } from '../config/types.js';

/** Whether a tool lists a model, by name or by `*`. */
export function offers(tool: ToolConfig, model: string): boolean {
  return tool.models.some((listed) => listed.value === model || listed.value === '*');
}
