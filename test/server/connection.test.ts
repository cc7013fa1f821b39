import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { chatEvents, type Exchange, frame, startProvider } from '../rig/provider.js';
import { MOCK, overHttp, raw, type Served, served } from './served.js';

const HOST = 'Host: localhost\r\nContent-Type: application/json\r\n';
const RUN = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'llm.complete', params: { prompt: 'hi' } });
const FRAMES = chatEvents(['hel', 'lo']).map(frame);
const CHAT = JSON.stringify({ model: 'me', messages: [{ role: 'user', content: 'hi' }], stream: true });

function posted(path: string, body: string, more = '', version = '1.1'): string {
  return `POST ${path} HTTP/${version}\r\n${HOST}${more}Content-Length: ${body.length}\r\n\r\n${body}`;
}

describe('a client that closes its sending side', () => {
  it(
    'gets its answer',
    withProvider(async (running, nextCall) => {
      const client = sent(running, posted('/rpc', RUN));
      client.end();
      await answer(await nextCall());
      expect(await textOf(client)).toMatch(
        /^(?:HTTP\/1\.1 102 Processing\r\n\r\n)*HTTP\/1\.1 200 OK[\s\S]*"text":"hello"/,
      );
    }),
  );

  it(
    'gets its whole stream',
    withProvider(async (running, nextCall) => {
      const client = sent(running, posted('/v1/chat/completions', CHAT));
      client.end();
      const call = await nextCall();
      call.head(200, { 'content-type': 'text/event-stream' });
      const [role = '', first = '', ...others] = FRAMES;
      await call.write(`${role}${first}`);
      await new Promise<void>((resolve) =>
        client.on('data', (bytes) => String(bytes).includes(': still here') && resolve()),
      );
      for (const frame of others) await call.write(frame);
      call.end();
      expect(await textOf(client)).toContain('data: [DONE]');
    }),
  );

  it(
    'has gone where it has closed the connection',
    withProvider(async (running, nextCall) => {
      const client = sent(running, posted('/rpc', RUN));
      const call = await nextCall();
      client.destroy();
      await call.gone;
      await running.service.turns.idle();
      expect(running.logs.at(-1)).toMatchObject({ event: 'llm.complete.error', failure: 'cancelled' });
    }),
  );

  it(
    'has gone where it speaks HTTP/1.0',
    withProvider(async (running, nextCall) => {
      const client = sent(running, posted('/rpc', RUN, '', '1.0'));
      const call = await nextCall();
      client.end();
      await call.gone;
      await running.service.turns.idle();
      expect(running.logs.at(-1)).toMatchObject({ failure: 'cancelled' });
    }),
  );

  it(
    'is cut off, and its run is cancelled, when it sends what is no request',
    withProvider(async (running, nextCall) => {
      const client = sent(running, posted('/rpc', RUN));
      const call = await nextCall();
      client.write('garbage\r\n\r\n');
      expect(await textOf(client)).toMatch(/^HTTP\/1\.1 400/);
      await call.gone;
      await running.service.turns.idle();
      expect(running.logs.at(-1)).toMatchObject({ failure: 'cancelled' });
    }),
  );

  it(
    'in the middle of its body gets an error, and nothing runs',
    served(MOCK, async (running) => {
      const client = sent(running, posted('/rpc', RUN).slice(0, -5));
      client.end();
      expect(await textOf(client)).toMatch(/^HTTP\/1\.1 400/);
      expect(running.logs).toEqual([]);
    }),
  );
});

describe('a client that wants its connection closed', () => {
  it(
    'gets its answer though it sends more',
    withProvider(async (running, nextCall) => {
      const client = sent(running, posted('/rpc', RUN, 'Connection: close\r\n'));
      const call = await nextCall();
      client.write('more\r\n');
      await running.get('/healthz');
      await answer(call);
      expect(await textOf(client)).toMatch(/^HTTP\/1\.1 200 OK[\s\S]*"text":"hello"/);
    }),
  );

  it.each([
    ['is too large', '/rpc', 413],
    ['nothing waits for', '/nothing', 404],
  ])('gets its answer to a body that %s, for it is read to its end', (_, path, status) =>
    served(MOCK, async (running) => {
      const client = sent(running, posted(path, 'x'.repeat(20_000_000), 'Connection: close\r\n'));
      const text = await textOf(client);
      expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status}[\\s\\S]*"message"`));
    })(),
  );
});

describe('a client that holds its body back', () => {
  const EXPECT = 'Expect: 100-continue\r\n';
  const statuses = (text: string): string[] => text.match(/^HTTP\/1\.1 \d+/gm) ?? [];

  it.each([
    ['that is too large', '/rpc', `Content-Length: 70000\r\n`, 413],
    ['for a path that is not there', '/nothing', 'Content-Length: 5\r\n', 404],
    ['that is no JSON', '/rpc', 'Content-Type: text/plain\r\nContent-Length: 5\r\n', 415],
    ['without a token', '/v1/chat/completions', 'Content-Length: 5\r\n', 401],
  ])('is refused before it sends one %s', (_, path, length, status) =>
    served(
      `${MOCK}\nserver: { max_body: 64KiB }`,
      async ({ port }) => {
        const token = status === 401 ? '' : 'Authorization: Bearer secret\r\n';
        const type = status === 415 ? '' : 'Content-Type: application/json\r\n';
        const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${type}${length}${token}${EXPECT}\r\n`;
        const text = await raw(port, head, { silenceMs: 5000 });
        expect(statuses(text)).toEqual([`HTTP/1.1 ${status}`]);
        expect(text).toMatch(/\r\nconnection: close\r\n/i);
      },
      { token: 'secret' },
    )(),
  );

  it(
    'is told to send it, and can go on after the answer',
    served(MOCK, async (running) => {
      const request = posted('/rpc', RUN, EXPECT);
      const client = sent(running, request.slice(0, -RUN.length));
      const [go] = await once(client, 'data');
      expect(String(go)).toBe('HTTP/1.1 100 Continue\r\n\r\n');
      client.write(RUN);
      const [answered] = await once(client, 'data');
      expect(String(answered)).toMatch(/^HTTP\/1\.1 200[\s\S]*hello there/);
      client.write('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
      expect(await textOf(client)).toMatch(/^HTTP\/1\.1 200/);
    }),
  );
});

function sent({ port }: Served, text: string): Socket {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.write(text);
  return socket;
}

/** Everything that comes until the server closes. */
function textOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += String(bytes);
    });
    socket.on('error', reject);
    socket.on('end', () => {
      socket.destroy();
      resolve(text);
    });
  });
}

async function answer(call: Exchange): Promise<void> {
  call.head(200, { 'content-type': 'text/event-stream' });
  for (const frame of FRAMES) await call.write(frame);
  call.end();
}

function withProvider(
  body: (running: Served, nextCall: () => Promise<Exchange>) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const provider = await startProvider();
    try {
      await served(overHttp(provider.url), (running) => body(running, () => provider.nextCall()))();
    } finally {
      await provider.close();
    }
  };
}
