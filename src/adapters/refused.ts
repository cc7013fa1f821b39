import { type Failure, type FailureType, failure } from '../domain/failure.js';
import type { Task } from './adapter.js';

/** A failure of this task before anything ran. */
export function refused(
  task: Pick<Task, 'tool' | 'modelName'>,
  type: FailureType,
  message: string,
  hint: string | null,
): Failure {
  return failure(type, message, { hint, tool: task.tool.name, model: task.modelName });
}
