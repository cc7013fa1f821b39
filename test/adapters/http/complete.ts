import type { RouterConfig } from '../../../src/config/types.js';
import type { Deadline } from '../../../src/domain/deadline.js';
import type { RunEvent } from '../../../src/domain/events.js';
import type { Invocation } from '../../../src/domain/invocation.js';
import { emptyRequest, type Request } from '../../../src/domain/request.js';
import { deadlineOf } from '../../rig/deadline.js';
import { routerOf } from '../../rig/router.js';

export const KEY = 'key-of-a-test-1234';

/** Runs a request through the router, as the command line and the library do. */
export async function complete(
  config: RouterConfig,
  request: Partial<Request> = {},
  more: { env?: Record<string, string>; deadline?: Deadline; onEvent?: (event: RunEvent) => void } = {},
): Promise<Invocation> {
  const router = routerOf(config, { env: { API_KEY: KEY, ...more.env } });
  const planned = await router.plan({ ...emptyRequest('/'), prompt: 'hello', ...request });
  if (!planned.ok) throw new Error(planned.error.message);
  return router.complete(planned.value, {
    deadline: more.deadline ?? deadlineOf(),
    emit: async (event) => more.onEvent?.(event),
  });
}
