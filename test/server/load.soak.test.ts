import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { ledgerAccess } from '../../src/ledger/access.js';
import { ROOT } from '../architecture/imports.js';
import { chatEvents, frame } from '../rig/provider.js';
import { eventsIn, serve } from './served.js';

const MIB = 1024 * 1024;
const CHAT = { model: 'me', messages: [{ role: 'user', content: 'hi' }] };

jest.setTimeout(600_000);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'llm-serve-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function ledgerIn(name: string) {
  const file = path.join(folder, `${name}.db`);
  return ledgerAccess({ file, now: Date.now, project: '', warn: () => undefined, gathers: true });
}

/** One agent on a provider API with a price, under a hard budget. */
function paid(url: string, more = ''): string {
  return `
default_agent: me
agents: { me: { preferred_tool: api, preferred_model: m } }
tools: { api: { kind: http, api: openai-chat, base_url: '${url}', models: [m], billing: api } }
models: { m: { provider: acme, max_output_tokens: 10, cost_per_1m_tokens: { input: 1, output: 1 } } }
server: { max_concurrent: 2000 }
${more}`;
}

describe('a server under load', () => {
  it('completes 1,000 streams at once, each in its order', async () => {
    await withProvider(async (url) => {
      const running = await serve(paid(url).replace('models: [m]', "models: [m, '*']"));
      try {
        const body = { ...CHAT, model: 'api:stream-50', stream: true };
        const answers = await Promise.all(
          Array.from({ length: 1000 }, async () => (await running.post('/v1/chat/completions', body)).text()),
        );
        for (const text of answers) {
          const events = eventsIn(text);
          expect(events.at(-1)?.data).toBe('[DONE]');
          const pieces = events.slice(0, -1).map(({ data }) => JSON.parse(data));
          const texts = pieces.map((one) => one.choices[0]?.delta.content ?? '');
          expect(texts.join('')).toBe('word '.repeat(50));
          expect(pieces.filter((one) => one.choices[0]?.finish_reason === 'stop')).toHaveLength(1);
        }
        expect(running.bugs).toEqual([]);
        expect(running.service.turns.running).toBe(0);
      } finally {
        await running.close();
      }
    });
  });

  it('queues 300 requests of a command with 8 slots in their order', async () => {
    const bot = path.join(folder, 'bot.sh');
    writeFileSync(bot, '#!/bin/sh\nread line\nsleep 0.05\necho "$line"\n', { mode: 0o755 });
    const ledger = ledgerIn('slots');
    const config = `
default_agent: me
agents: { me: { preferred_tool: bot } }
tools:
  bot:
    binary: ${bot}
    args: []
    billing: free
    concurrency: 8
    rate_limit: { queue: 400 }
    output: { format: text }
    retry: { max_retries: 0 }
`;
    const running = await serve(config, { ledger, env: { PATH: process.env.PATH ?? '' } });
    try {
      const ended: number[] = [];
      const asked = Array.from({ length: 300 }, async (_, n) => {
        const { result, error } = await running.rpc('llm.complete', { prompt: `number ${n}` });
        ended.push(n);
        return result?.text.trim() ?? error.message;
      });
      expect(await Promise.all(asked)).toEqual(Array.from({ length: 300 }, (_, n) => `number ${n}`));
      // Those that came much earlier end earlier: nothing is passed over for long.
      const late = ended.filter((n, place) => Math.abs(n - place) > 100);
      expect(late.length).toBeLessThan(15);
      const use = await ledger.read((open) => open.slots.use('bot'));
      expect(use).toMatchObject({ value: { holders: [] } });
    } finally {
      await running.close();
    }
  });

  it('neither hangs nor leaks nor charges twice when providers fail', async () => {
    const provider = await faultyProvider();
    const ledger = ledgerIn('faults');
    const more =
      'policies: { default: { budget: { daily_usd: 100, limit: { type: hard } }, retry: { max_retries: 1, base_delay: 1ms } } }';
    const running = await serve(paid(provider.url, more), { ledger });
    try {
      const before = held();
      const answers = await Promise.all(
        Array.from({ length: 400 }, async (_, n) => {
          const leave = new AbortController();
          if (n % 10 === 9) setTimeout(() => leave.abort(), n % 50);
          const body = { ...CHAT, stream: n % 2 === 0 };
          const answer = await running
            .post('/v1/chat/completions', body, {}, leave.signal)
            .then(async (response) => ({ status: response.status, text: await response.text() }))
            .catch(() => ({ status: 0, text: '' }));
          return answer;
        }),
      );
      await running.service.turns.idle();
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(50);
      expect(running.bugs).toEqual([]);
      const reserved = await ledger.read((open) => open.reserved());
      expect(reserved).toMatchObject({ value: { count: 0, microUsd: 0 } });
      // 12 tokens at a dollar a million each: each call that was answered in full is charged once.
      const charged = running.logs
        .filter(({ event }) => event === 'llm.complete.success')
        .map((record) => record.cost_usd);
      expect(new Set(charged)).toEqual(new Set([0.000014]));
      expect(charged.length).toBeLessThanOrEqual(provider.completed());
      await running.close();
      await provider.close();
      while (held() > before) await new Promise(setImmediate);
    } finally {
      await running.close();
      await provider.close();
    }
  });

  it('keeps nothing of 10,000 requests', async () => {
    await withProvider(async (url) => {
      const running = await serve(paid(url), { ledger: ledgerIn('leak') });
      try {
        const ask = async (count: number): Promise<void> => {
          for (let n = 0; n < count; n += 10) {
            const ten = Array.from({ length: 10 }, async (_, at) => {
              const answer = await running.post('/v1/chat/completions', { ...CHAT, stream: at % 2 === 0 });
              expect(answer.status).toBe(200);
              await answer.text();
            });
            await Promise.all(ten);
            running.logs.length = 0;
          }
        };
        await ask(2000);
        const before = heapBytes();
        await ask(10_000);
        const grown = heapBytes() - before;
        process.stderr.write(`10,000 requests: heap +${(grown / MIB).toFixed(1)} MiB\n`);
        expect(grown).toBeLessThan(8 * MIB);
      } finally {
        await running.close();
      }
    });
  });
});

async function withProvider<T>(use: (url: string) => Promise<T>): Promise<T> {
  const provider = fork(path.join(ROOT, 'scripts/bench/provider.mjs'), { execArgv: [] });
  try {
    const [{ port }] = (await once(provider, 'message')) as [{ port: number }];
    return await use(`http://127.0.0.1:${port}/v1`);
  } finally {
    provider.kill();
  }
}

/** Answers well, late, half, with a failure, or not at all, in turn. */
async function faultyProvider() {
  let calls = 0;
  let completed = 0;
  const good = chatEvents(['ok'], { usage: { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 } });
  const text = good.map(frame).join('');
  const server = createServer((request, response) => {
    request.resume().on('end', () => {
      calls += 1;
      const kind = calls % 8;
      if (kind === 1) return void response.writeHead(500).end('{"error":{"message":"broken"}}');
      if (kind === 2) return void response.writeHead(429, { 'retry-after': '0' }).end('{}');
      if (kind === 3) return void request.socket.destroy();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      if (kind === 4)
        return void response.write(text.slice(0, text.length / 2), () => request.socket.destroy());
      if (kind === 5) return void response.end();
      response.end(text, () => {
        completed += 1;
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 512, resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    completed: () => completed,
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Timers and sockets that this process holds. */
function held(): number {
  return process.getActiveResourcesInfo().filter((name) => /Timeout|TCPSocket/.test(name)).length;
}

/** Bytes that are still reachable. */
function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 3; round++) collect();
  return process.memoryUsage().heapUsed;
}
