import { err, ok } from '../../domain/result.js';
import { modelsDocument } from '../../router/models/document.js';
import type { Method } from './method.js';
import { errorOf } from './protocol.js';

export const models: Method = {
  name: 'llm.models',
  summary: 'The models that the policy of the default agent allows, with their prices',
  result:
    '`{models: […], default_model, count, policy, providers}`, each model as in `llm-router models --json`',
  params: 'tool',
  call: async ({ params, service, gone }) => {
    const tool = typeof params.tool === 'string' ? params.tool : null;
    const { router, host } = service.active();
    const report = await router.models({ tool, agent: null, refresh: false, ask: true, signal: gone });
    if (!report.ok) return err(errorOf(report.error));
    const allowed = { ...report.value, models: report.value.models.filter(({ isAllowed }) => isAllowed) };
    return ok(host.redactor.value(modelsDocument(allowed, service.world.clock.now())));
  },
};
