import type { CommandTool } from '../../config/types.js';
import type { AdapterContext, AdapterEvent, Task } from '../adapter.js';
import { usageMeter } from '../usage-meter.js';
import type { OutputReader } from './output.js';
import { costShare, usageShare } from './session-share.js';

/** Reports the usage of a run while it goes on, without what the tool's session had used before. */
export function meterOf(
  task: Task<CommandTool>,
  { tellsUsage, reader }: Pick<AdapterContext, 'tellsUsage'> & { reader: Pick<OutputReader, 'toldSoFar'> },
): () => AdapterEvent[] {
  const before = task.tool.output.usage.cumulative ? task.sessionTotals : null;
  return usageMeter({ tellsUsage }, () => {
    const told = reader.toldSoFar();
    if (told.isPartial) return told;
    const { usage, costMicroUsd } = told;
    return { ...told, usage: usageShare(usage, before), costMicroUsd: costShare(costMicroUsd, before) };
  });
}
