import type { Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { startProvider } from '../rig/provider.js';
import { overHttp, serve } from './served.js';
import { closed, cutOff, opened } from './slow-client.js';

const HEAD = 'POST /rpc HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';
/** Longer than any limit of the server. */
const LIMIT_MS = 240_000;

describe('a client that is slow', () => {
  it.concurrent(
    'to take a large answer, of which it reads nothing, is cut off',
    () =>
      withLargeAnswer(async (client) => {
        client.pause();
        await cutOff(client);
      }),
    LIMIT_MS,
  );

  it.concurrent.each([
    ['text/event-stream', 'llm.stream'],
    ['*/*', 'llm.complete'],
  ])(
    'to take a large answer, but takes some of it all the time, gets all of it as %s',
    (accept, method) =>
      withLargeAnswer(
        async (client) => {
          let size = 0;
          client.on('data', (bytes: Buffer) => {
            size += bytes.length;
            client.pause();
          });
          // Half a MiB in a second at most, so that it takes longer than the limit of the server.
          const timer = setInterval(() => client.resume(), 125);
          await closed(client);
          clearInterval(timer);
          expect(size).toBeGreaterThan(LARGE);
        },
        { accept, method },
      ),
    LIMIT_MS,
  );
});

const LARGE = 16 * 1024 * 1024;

/** A client that has asked for an answer of 16 MiB. */
async function withLargeAnswer(
  body: (client: Socket) => Promise<void>,
  { accept, method } = { accept: '*/*', method: 'llm.complete' },
): Promise<void> {
  const provider = await startProvider();
  const running = await serve(overHttp(provider.url));
  try {
    const asked = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { prompt: 'hi' } });
    const client = opened(running);
    client.write(
      `${HEAD}Accept: ${accept}\r\nConnection: close\r\nContent-Length: ${asked.length}\r\n\r\n${asked}`,
    );
    const call = await provider.nextCall();
    call.head(200, { 'content-type': 'application/json' });
    const message = { role: 'assistant', content: 'x'.repeat(LARGE) };
    call.end(JSON.stringify({ choices: [{ index: 0, message, finish_reason: 'stop' }] }));
    await body(client);
    client.destroy();
    await running.service.turns.idle();
    expect(running.bugs).toEqual([]);
  } finally {
    await running.close();
    await provider.close();
  }
}
