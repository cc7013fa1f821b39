import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { frame, startProvider } from '../rig/provider.js';
import { MOCK, overHttp, type Served, serve } from './served.js';
import { cutOff, opened } from './slow-client.js';

const HOST = 'Host: localhost\r\nContent-Type: application/json\r\n';
const HEAD = `POST /rpc HTTP/1.1\r\n${HOST}`;
/** Longer than any limit of the server. */
const LIMIT_MS = 240_000;

describe('a client that is slow', () => {
  it.concurrent(
    'with its head gets 408 and is cut off, however steadily it sends',
    () => withServer(async (running) => expect(await dripped(running, HEAD)).toMatch(/^HTTP\/1\.1 408/)),
    LIMIT_MS,
  );

  it.concurrent(
    'with its body gets 408 and is cut off, however steadily it sends, and nothing runs',
    () =>
      withServer(async (running) => {
        expect(await dripped(running, `${HEAD}Content-Length: 1000\r\n\r\n`)).toMatch(/^HTTP\/1\.1 408/);
        expect(running.logs).toEqual([]);
      }),
    LIMIT_MS,
  );

  it.concurrent(
    'and sends nothing at all is cut off',
    () =>
      withServer(async (running) => expect(await textOf(opened(running))).toMatch(/^(?:HTTP\/1\.1 408|$)/)),
    LIMIT_MS,
  );

  it.concurrent(
    'with its next request finds the connection closed',
    () =>
      withServer(async (running) => {
        const client = opened(running);
        client.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n');
        expect(await textOf(client)).toMatch(/^HTTP\/1\.1 200[\s\S]*\}$/);
      }),
    LIMIT_MS,
  );

  it.concurrent(
    'to take its stream is cut off, and its run is cancelled',
    async () => {
      const provider = await startProvider();
      const running = await serve(overHttp(provider.url));
      try {
        const body = JSON.stringify({
          model: 'me',
          messages: [{ role: 'user', content: 'hi' }],
          stream: true,
        });
        const client = opened(running).pause();
        client.write(
          `POST /v1/chat/completions HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n\r\n${body}`,
        );
        const call = await provider.nextCall();
        call.head(200, { 'content-type': 'text/event-stream' });
        const piece = frame({ choices: [{ index: 0, delta: { content: 'x'.repeat(64 * 1024) } }] });
        void (async () => {
          for (let sent = 0; sent < 400; sent++) await call.write(piece);
        })().catch(() => undefined);
        await call.gone;
        await running.service.turns.idle();
        expect(running.logs.at(-1)).toMatchObject({ event: 'llm.complete.error', failure: 'cancelled' });
        client.destroy();
      } finally {
        await running.close();
        await provider.close();
      }
    },
    LIMIT_MS,
  );

  it.concurrent(
    'to take the answers to requests that it sends in one go is cut off',
    () =>
      withServer(async (running) => {
        const client = opened(running).pause();
        client.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(20_000));
        await cutOff(client);
      }),
    LIMIT_MS,
  );
});

async function withServer(body: (running: Served) => Promise<void>): Promise<void> {
  const running = await serve(MOCK);
  try {
    await body(running);
  } finally {
    await running.close();
  }
}

/** What comes back while a byte a second is sent. */
async function dripped(running: Served, first: string): Promise<string> {
  const client = opened(running);
  client.write(first);
  const timer = setInterval(() => client.write('x'), 1000);
  return textOf(client).finally(() => clearInterval(timer));
}

/** Everything that comes until the server closes. */
function textOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += String(bytes);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });
}
