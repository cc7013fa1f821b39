import { didYouMean } from '../../diagnostics/suggest.js';
import { failure } from '../../domain/failure.js';
import { lookup } from '../../domain/lookup.js';
import { err, ok } from '../../domain/result.js';
import { toolHealthOf } from '../../router/health.js';
import { reportOf } from '../health-report.js';
import type { Method } from './method.js';
import { errorOf } from './protocol.js';

export const health: Method = {
  name: 'llm.health',
  summary: 'Whether each tool can be used: its binary, version, login and endpoint',
  result: '`{tools: [{tool, ok, latency_ms, reason, hint}], healthy}`',
  params: 'tool',
  call: async ({ params, service }) => {
    const only = typeof params.tool === 'string' ? params.tool : null;
    const { config, host } = service.active();
    if (only !== null && lookup(config.tools, only) === null) {
      const hint = didYouMean(only, Object.keys(config.tools), 'tools');
      return err(errorOf(failure('usage', `unknown tool \`${only}\``, { hint })));
    }
    const rows = await toolHealthOf(await reportOf(service));
    const tools = rows.filter(({ tool }) => only === null || tool === only);
    return ok(host.redactor.value({ healthy: tools.every((one) => one.ok), tools }));
  },
};
