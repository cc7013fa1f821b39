import type { ToolCall } from '../tool.js';

/** The run that a call names; `null`: none. */
export function idOf({ args }: Pick<ToolCall, 'args'>): string | null {
  return typeof args.id === 'string' ? args.id : null;
}
