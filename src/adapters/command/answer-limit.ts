import type { CommandTool } from '../../config/types.js';
import type { Task } from '../adapter.js';

/** The longest answer that can be kept, bytes: V8 has no strings beyond 2^29 characters, and JSON escapes some. */
export const MAX_KEPT_BYTES = 256 * 1024 * 1024;

/** Whether only the end of a long answer is kept: for plain text that is shown as it comes. */
export function isPassedOn({ tool, isShown }: Task<CommandTool>): boolean {
  const { format, from, text } = tool.output;
  return isShown && format === 'text' && from === 'stdout' && text.length === 0;
}

/** The size limit of an answer, bytes. */
export function answerLimit(task: Task<CommandTool>): number {
  const { maxOutputBytes } = task.tool;
  return isPassedOn(task) ? maxOutputBytes : Math.min(maxOutputBytes, MAX_KEPT_BYTES);
}
