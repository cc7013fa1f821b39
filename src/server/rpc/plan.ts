import { startDeadline } from '../../deadline.js';
import { err, ok } from '../../domain/result.js';
import { plannedDocument } from '../../router/planned-document.js';
import { contextDocument } from '../caller.js';
import type { Method } from './method.js';
import { errorOf } from './protocol.js';
import { type RunParams, requestOf } from './run-params.js';

export const plan: Method = {
  name: 'llm.plan',
  summary: 'Shows what a request would run, and why; runs nothing',
  result: 'the document of `llm-router exec --dry-run --json`, and `a2a_context`',
  params: 'run',
  call: async ({ params, context, service }) => {
    const { router, config, host } = service.active();
    const asked = requestOf(params as RunParams, context, { config, cwd: service.world.cwd });
    if (!asked.ok) return err(errorOf(asked.error));
    const planned = await router.plan({ ...asked.value, parent: service.parent });
    if (!planned.ok) return err(errorOf(planned.error));
    const deadline = startDeadline({
      timeoutMs: null,
      timeoutOption: '',
      cancel: [],
      monotonicMs: service.world.clock.monotonic,
    });
    const document = plannedDocument(await router.describe(planned.value, deadline), planned.value);
    return ok({ ...host.redactor.value(document), a2a_context: contextDocument(context) });
  },
};
