import { ok } from '../../domain/result.js';
import { cancelJob } from '../../jobs/cancel.js';
import { runAnswer } from '../run-answer.js';
import type { McpTool } from '../tool.js';
import { idOf } from './id.js';

export const cancel: McpTool = {
  name: 'cancel',
  title: 'End a run',
  description: [
    'Ends a run that `ask` started, with all of its processes, and says what it has cost.',
    'Nothing else ends a run: not the end of a call, and not that of this session. One that is over stays as it is, and its answer is returned.',
  ].join(' '),
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
  call: async (call) => {
    const found = await call.own.find(idOf(call));
    if (!found.ok) return found;
    const { jobs } = call.service;
    const cancelled = await cancelJob(jobs, found.value.record.id);
    if (!cancelled.ok) return cancelled;
    const { was, job } = cancelled.value;
    const { texts, data, isError } = await runAnswer(job, jobs.clock.now());
    if (was !== 'running')
      return ok({
        texts: [`It was over already.`, ...texts],
        data: { ...data, was },
        isError: isError ?? false,
      });
    // The end that was asked for is no failure of this call.
    return ok({
      texts: ['The run is ended and settled.', ...texts.slice(-1)],
      data: { ...data, was },
      isError: false,
    });
  },
};
