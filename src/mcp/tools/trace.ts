import { ok } from '../../domain/result.js';
import { withConfig } from '../service.js';
import type { McpTool } from '../tool.js';
import { traceAnswer, traceOf } from '../traces.js';
import { idOf } from './id.js';

export const trace: McpTool = {
  name: 'trace',
  title: 'Show what a run did',
  description:
    'Shows one run in short: which tools and models were tried, why others were left out, what failed, what it cost, and which runs it started. Costs nothing.',
  annotations: { readOnlyHint: true, openWorldHint: false },
  call: async (call) => {
    const named = idOf(call);
    const own = named === null ? await call.own.find(null) : null;
    if (own !== null && !own.ok) return own;
    const id = own?.value.record.id ?? named ?? '';
    return withConfig(call.service, async ({ traceDir, redactor }) => {
      const found = await traceOf(traceDir, id);
      return found.ok ? ok(redactor.value(await traceAnswer(traceDir, found.value))) : found;
    });
  },
};
