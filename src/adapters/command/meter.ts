import type { CommandTool } from '../../config/types.js';
import type { Usage } from '../../domain/usage.js';
import type { AdapterEvent, Task } from '../adapter.js';
import type { OutputReader } from './output.js';
import { costShare, usageShare } from './session-share.js';

/** Reports the usage of a run whenever it changes; without a cap, never. */
export function meterOf(
  task: Task<CommandTool>,
  reader: Pick<OutputReader, 'toldSoFar'>,
): () => AdapterEvent[] {
  if (task.maxCostMicroUsd === null) return () => [];
  const before = task.tool.output.usage.cumulative ? task.sessionTotals : null;
  let reported = '';
  return () => {
    const { usage, costMicroUsd, isAnswered } = reader.toldSoFar();
    // Usage that arrives with the answer is settled with it: ending the tool now would save nothing and lose the answer.
    if (isAnswered) return [];
    const now = JSON.stringify([usage, costMicroUsd]);
    if ((usage === null && costMicroUsd === null) || now === reported) return [];
    reported = now;
    const share: { usage: Usage | null; reportedCostMicroUsd: number | null } = {
      usage: usageShare(usage, before),
      reportedCostMicroUsd: costShare(costMicroUsd, before),
    };
    return [{ type: 'usage', ...share }];
  };
}
