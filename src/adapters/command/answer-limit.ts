import type { CommandTool } from '../../config/types.js';
import type { Task } from '../adapter.js';

/** The most of an answer that can be kept, bytes: V8 has no strings beyond 2^29 characters, and JSON escapes some. */
export const MAX_KEPT_BYTES = 256 * 1024 * 1024;

/** Whether the end of a long answer is enough: plain text that is shown while it comes. */
export function isPassedOn({ tool, isShown }: Task<CommandTool>): boolean {
  const { format, from, text } = tool.output;
  return isShown && format === 'text' && from === 'stdout' && text.length === 0;
}

/** The most that an answer may have, bytes. */
export function answerLimit(task: Task<CommandTool>): number {
  const { maxOutputBytes } = task.tool;
  return isPassedOn(task) ? maxOutputBytes : Math.min(maxOutputBytes, MAX_KEPT_BYTES);
}
