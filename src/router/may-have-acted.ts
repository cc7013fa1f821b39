import type { ToolConfig } from '../config/types.js';
import type { Outcome } from '../domain/attempt.js';
import type { FailureType } from '../domain/failure.js';

/** Whether a tool whose output cannot show its work may have changed files: it prints only at its end, or its definition names no activity. */
export function mayHaveActed(
  tool: ToolConfig,
  started: boolean,
  { failure, firstOutputMs }: Pick<Outcome, 'failure' | 'firstOutputMs'>,
): boolean {
  if (tool.kind !== 'command' || !started) return false;
  if (BEFORE_ANY_WORK.some((type) => type === failure?.type)) return false;
  const { atExit, activity, changedFiles } = tool.output;
  return atExit || (activity.length + changedFiles.length === 0 && firstOutputMs !== null);
}

/** So fails the start of a tool, or its first request. */
const BEFORE_ANY_WORK: readonly FailureType[] = [
  'authentication',
  'tool_not_found',
  'model_not_found',
  'invalid_request',
];
