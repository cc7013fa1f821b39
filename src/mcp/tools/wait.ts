import { followRun } from '../follow.js';
import type { McpTool } from '../tool.js';
import { idOf } from './id.js';

export const wait: McpTool = {
  name: 'wait',
  title: 'Wait for an answer',
  description: [
    'Waits for a run that `ask` started and returns its answer, or says that it still runs: then call this again.',
    'It can be called any number of times, also after the end, and costs nothing.',
    'Without an id it takes the newest run of this client: use that if a call of `ask` was cut off before it returned.',
  ].join(' '),
  annotations: { readOnlyHint: true, openWorldHint: false },
  call: async (call) => {
    const job = await call.own.find(idOf(call));
    return job.ok ? followRun(call, job.value.record.id) : job;
  },
};
