import path from 'node:path';
import got from 'got';
import { createRouter, type LibraryRouter, loadConfig } from '../../src/index.js';

type Way = () => Promise<unknown>;

/** The part of the official client that is used. */
interface Official {
  chat: { completions: { create(body: object): Promise<AsyncIterable<unknown>> } };
}

/** Ways to the same answer, streamed and read to its end, and the end of them. */
export async function waysOf(given: {
  base: string;
  folder: string;
  env: Record<string, string>;
  /** Configs without and with a hard budget. */
  plain: string;
  limited: string;
  Client: (new (options: object) => Official) | null;
}): Promise<{ ways: Record<string, Way>; close: () => Promise<void> }> {
  const { base, folder, env, Client } = given;
  const [plain, limited] = [
    await loadConfig({ path: given.plain }),
    await loadConfig({ path: given.limited }),
  ];
  const routers = {
    'router.complete': createRouter(plain, { env }),
    'router.complete, trace': createRouter(plain, { env, traces: path.join(folder, 'traces') }),
    'router.complete, ledger': createRouter(limited, { env }),
  };
  const messages = [{ role: 'user', content: 'hello' }];
  const body = { model: 'm', messages, stream: true };
  const request = {
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
    retry: { limit: 0 },
  };
  const client = Client === null ? null : new Client({ baseURL: base, apiKey: 'dummy-key', maxRetries: 0 });
  const ways: Record<string, Way> = {
    ...Object.fromEntries(Object.entries(routers).map(([name, router]) => [name, () => complete(router)])),
    'bare got': () => got.post(`${base}/chat/completions`, request).text(),
    ...(client === null ? {} : { 'openai client': () => readAll(client, body) }),
  };
  const close = async () => {
    for (const router of Object.values(routers)) await router.close();
  };
  return { ways, close };
}

async function complete(router: LibraryRouter): Promise<void> {
  const { failure } = await router.complete({ tool: 'api', model: 'm', prompt: 'hello' });
  if (failure !== null) throw new Error(failure.message);
}

async function readAll(client: Official, body: object): Promise<number> {
  let pieces = 0;
  for await (const _piece of await client.chat.completions.create(body)) pieces++;
  return pieces;
}
