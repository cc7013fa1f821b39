import got from 'got';
import { createRouter, loadConfig } from '../../src/index.js';

type Way = (model: string) => Promise<unknown>;

/** Ways to the same answer: through the router, and with nothing between; all read the whole stream. */
export async function waysOf({
  base,
  config,
}: {
  base: string;
  config: string;
}): Promise<Record<string, Way>> {
  const router = createRouter(await loadConfig({ path: config }));
  const url = `${base}/chat/completions`;
  const body = (model: string) =>
    JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }], stream: true });
  const headers = { 'content-type': 'application/json' };
  return {
    'router.complete': (model) => complete(router, model),
    'bare got': (model) => got.post(url, { body: body(model), headers, retry: { limit: 0 } }).text(),
    'bare fetch': async (model) => (await fetch(url, { method: 'POST', body: body(model), headers })).text(),
  };
}

async function complete(router: ReturnType<typeof createRouter>, model: string): Promise<void> {
  const { failure } = await router.complete({ tool: 'api', model, prompt: 'hello' });
  if (failure !== null) throw new Error(failure.message);
}
