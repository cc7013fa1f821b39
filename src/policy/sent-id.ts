import type { ModelConfig, ToolConfig } from '../config/types.js';
import { lookup } from '../domain/lookup.js';

/** The id of a model that a tool gets; `null`: it gets none. */
export function sentId(
  tool: Pick<ToolConfig, 'name'>,
  modelName: string | null,
  model: Pick<ModelConfig, 'id' | 'ids'> | null,
): string | null {
  return model === null ? modelName : (lookup(model.ids, tool.name) ?? model.id);
}
