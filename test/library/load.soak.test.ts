import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createRouter, type LibraryRouter } from '../../src/index.js';
import { ledgerAccess } from '../../src/ledger/access.js';
import { ROOT } from '../architecture/imports.js';
import { configOf } from '../rig/config.js';
import { chatEvents, frame } from '../rig/provider.js';

const AT_ONCE = 1000;
const ONE_AFTER_ANOTHER = 10_000;
const MIB = 1024 * 1024;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-load-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

jest.setTimeout(600_000);

/** A provider in a process of its own, so that its memory and sockets are not counted. */
async function withProvider<T>(use: (url: string) => Promise<T>): Promise<T> {
  const provider = fork(path.join(ROOT, 'scripts/bench/provider.mjs'), { execArgv: [] });
  try {
    const [{ port }] = (await once(provider, 'message')) as [{ port: number }];
    return await use(`http://127.0.0.1:${port}/v1`);
  } finally {
    provider.kill();
  }
}

function routerTo(url: string, more = ''): LibraryRouter {
  const tool = `{ kind: http, api: openai-chat, base_url: '${url}', models: [m], billing: api }`;
  const model = 'm: { id: m, max_output_tokens: 100, cost_per_1m_tokens: { input: 1, output: 1 } }';
  const config = configOf(`tools: { api: ${tool} }\nmodels: { ${model} }\n${more}`);
  const env = { HOME: folder, XDG_STATE_HOME: folder };
  return createRouter(config, { env, ledger: path.join(folder, 'ledger.db') });
}

const ASKED = { tool: 'api', model: 'm', prompt: 'hello' };

/** Bytes that are still reachable. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) collect();
  return process.memoryUsage().heapUsed;
}

/** Timers and sockets that this process holds. */
function held(): number {
  return process.getActiveResourcesInfo().filter((name) => /Timeout|TCPSocket/.test(name)).length;
}

describe('a router under load', () => {
  it('answers 1,000 requests at once in bounded memory', () =>
    withProvider(async (url) => {
      const router = routerTo(url);
      await router.complete(ASKED);
      const before = heapBytes();
      let most = 0;
      const onEvent = () => {
        most = Math.max(most, process.memoryUsage().rss);
      };
      const start = process.memoryUsage().rss;
      const runs = Array.from({ length: AT_ONCE }, () => router.complete(ASKED, { onEvent }));
      const statuses = (await Promise.all(runs)).map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set(['succeeded']));
      await router.close();
      process.stderr.write(`at once: rss +${Math.round((most - start) / MIB)} MiB\n`);
      expect(most - start).toBeLessThan(400 * MIB);
      expect(heapBytes() - before).toBeLessThan(20 * MIB);
    }));

  it('leaves no socket, timer or reservation of those that were cancelled', async () => {
    const open = new Set<ServerResponse>();
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
        open.add(response);
        response.on('close', () => open.delete(response));
        if (open.size === AT_ONCE) allThere();
      });
    });
    let allThere = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      allThere = resolve;
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', AT_ONCE, resolve));
    const { port } = server.address() as AddressInfo;
    const hard = 'policies: { default: { budget: { daily_usd: 100, limit: { type: hard } } } }';
    const router = routerTo(`http://127.0.0.1:${port}/v1`, hard);
    const stop = new AbortController();
    const before = held();
    const runs = Array.from({ length: AT_ONCE }, (_, n) =>
      router.complete(ASKED, n % 2 === 0 ? { signal: stop.signal } : {}),
    );
    await arrived;
    stop.abort();
    const cancelled = await Promise.all(runs.filter((_, n) => n % 2 === 0));
    expect(new Set(cancelled.map(({ status }) => status))).toEqual(new Set(['cancelled']));
    while (open.size > AT_ONCE / 2) await new Promise(setImmediate);
    const answer = chatEvents(['done']).map(frame).join('');
    for (const response of open) response.end(answer);
    const answered = await Promise.all(runs.filter((_, n) => n % 2 === 1));
    expect(new Set(answered.map(({ text }) => text))).toEqual(new Set(['done']));
    await router.close();
    const file = path.join(folder, 'ledger.db');
    const ledger = ledgerAccess({ file, now: Date.now, project: '', warn: () => undefined });
    expect(await ledger.read((reader) => reader.reserved())).toMatchObject({
      value: { count: 0, microUsd: 0 },
    });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    while (held() > before) await new Promise(setImmediate);
    expect(held()).toBeLessThanOrEqual(before);
  });

  const keepsNothing = (): Promise<void> =>
    withProvider(async (url) => {
      const { signal } = new AbortController();
      const router = routerTo(url);
      const ask = async (count: number): Promise<void> => {
        for (let n = 0; n < count; n++) {
          const { status } = await router.complete(ASKED, { signal });
          if (status !== 'succeeded') throw new Error(`it ${status}`);
        }
      };
      await ask(1000);
      const before = heapBytes();
      await ask(ONE_AFTER_ANOTHER);
      const grown = heapBytes() - before;
      await router.close();
      process.stderr.write(`heap +${Math.round(grown / 1024)} KiB\n`);
      // Less than 60 bytes for each.
      expect(grown).toBeLessThan(MIB / 2);
    });
  it('keeps nothing of 10,000 requests one after another', keepsNothing, 400_000);
});
