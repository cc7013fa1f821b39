import { ok } from '../../domain/result.js';
import type { Method } from './method.js';

export const metrics: Method = {
  name: 'llm.metrics',
  summary: 'What this server has done since its start, from the counters of `/metrics`',
  result:
    '`{total_requests, total_tokens, by_provider, errors, governance_violations}`; each provider has `requests`, `tokens` and `errors`',
  params: 'none',
  call: async ({ service }) => ok(await service.metrics.summary()),
};
