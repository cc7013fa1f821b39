import type { PreviewedRequest } from '../../../src/adapters/adapter.js';
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
    events: [async (event) => more.onEvent?.(event)],
  });
}

/** The body that a request would send. */
export async function bodyFor(config: RouterConfig, request: Partial<Request>): Promise<unknown> {
  return (await requestFor(config, request))?.body ?? null;
}

/** The HTTP request that a request would send; `null`: none. */
export async function requestFor(
  config: RouterConfig,
  request: Partial<Request> = {},
  env: Record<string, string> = {},
): Promise<PreviewedRequest | null> {
  const planned = await routerOf(config, { env: { API_KEY: KEY, ...env } }).plan({
    ...emptyRequest('/'),
    prompt: 'hello',
    agent: 'a',
    ...request,
  });
  const call = planned.ok ? planned.value.candidates[0]?.call : undefined;
  if (call?.ok !== true || !('request' in call.value.preview)) return null;
  return call.value.preview.request;
}
