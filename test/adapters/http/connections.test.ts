import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { failure } from '../../../src/domain/failure.js';
import { configOf } from '../../rig/config.js';
import { deadlineOf } from '../../rig/deadline.js';
import { chatEvents, frame, type Reply, startProvider, stream } from '../../rig/provider.js';
import { startProxy } from '../../rig/proxy.js';
import { complete } from './complete.js';

function toolAt(url: string, fields = '') {
  return configOf(`
default_agent: a
agents: { a: { preferred_tool: api } }
tools: { api: { kind: http, api: openai-chat, base_url: '${url}', api_key_env: API_KEY, models: [m], ${fields} } }
policies: { default: { retry: { max_retries: 0 } } }
`);
}

/** A server that is no provider. */
async function listening(greet: (socket: Socket) => void) {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined));
    greet(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { port: (server.address() as AddressInfo).port, close };
}

const ok = (text = 'ok') => stream(chatEvents([text]));

describe('a connection', () => {
  it('is reused for the next call', async () => {
    const provider = await startProvider(['1', '2', '3', '4', '5'].map(ok));
    const texts: (string | null)[] = [];
    for (let call = 0; call < 5; call++) texts.push((await complete(toolAt(provider.url))).text);
    expect(texts.join('')).toBe('12345');
    // A call that follows at once may find the connection still in use.
    expect(provider.connections()).toBeLessThanOrEqual(2);
    await provider.close();
  });

  it('follows a redirect on the same host, with the key', async () => {
    const redirect: Reply = ({ head, end }) => {
      head(308, { location: '/new/chat/completions' });
      end();
    };
    const provider = await startProvider([redirect, ok()]);
    expect((await complete(toolAt(provider.url))).text).toBe('ok');
    expect(provider.calls.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/v1/chat/completions', 'Bearer key-of-a-test-1234'],
      ['/new/chat/completions', 'Bearer key-of-a-test-1234'],
    ]);
    expect(provider.calls[1]?.text).toBe(provider.calls[0]?.text);
    await provider.close();
  });

  it('sends the key to no other host', async () => {
    const other = await startProvider([]);
    const provider = await startProvider([
      ({ head, end }) => {
        head(307, { location: `${other.url}/chat/completions` });
        end();
      },
    ]);
    const invocation = await complete(toolAt(provider.url));
    expect(invocation.failure).toMatchObject({ type: 'invalid_response', httpStatus: 307 });
    expect(invocation.failure?.hint).toContain(other.url);
    expect(other.calls).toEqual([]);
    await other.close();
    await provider.close();
  });

  it('that is accepted but never ready times out while connecting', async () => {
    const silent = await listening(() => undefined);
    const config = toolAt(`https://127.0.0.1:${silent.port}`, 'connect_timeout: 200ms');
    expect((await complete(config)).failure).toMatchObject({
      type: 'timeout',
      phase: 'connect',
      message: '`api` did not accept a connection within 200 ms',
    });
    await silent.close();
  });

  it('to an unknown host is a connection failure', async () => {
    const { failure: failed } = await complete(toolAt(`http://${'a'.repeat(64)}.test`));
    expect(failed).toMatchObject({
      type: 'connection',
      message: expect.stringMatching(/^`api` cannot be reached: its name /),
    });
  });

  it('to something that does not speak HTTP is an invalid response', async () => {
    const other = await listening((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    const { failure: failed } = await complete(toolAt(`http://127.0.0.1:${other.port}`));
    expect(failed).toMatchObject({
      type: 'invalid_response',
      message: expect.stringContaining('did not answer in HTTP'),
    });
    await other.close();
  });

  it('to a server without TLS is a connection failure', async () => {
    const provider = await startProvider([]);
    const { failure: failed } = await complete(toolAt(provider.url.replace('http:', 'https:')));
    expect(failed?.type).toBe('connection');
    await provider.close();
  });
});

describe('a run', () => {
  it('that is cancelled closes the connection', async () => {
    const provider = await startProvider();
    const deadline = deadlineOf();
    const running = complete(toolAt(provider.url), {}, { deadline });
    const call = await provider.nextCall();
    call.head(200, { 'content-type': 'text/event-stream' });
    for (const event of chatEvents(['never to end']).slice(0, 2)) await call.write(frame(event));
    deadline.stop(failure('cancelled', 'cancelled by SIGINT', { phase: 'SIGINT' }));
    expect((await running).failure).toMatchObject({ type: 'cancelled', phase: 'SIGINT' });
    await call.gone;
    await provider.close();
  });

  it('whose reader is slow is not idle', async () => {
    const provider = await startProvider([ok('slow')]);
    let held = false;
    const router = complete(
      toolAt(provider.url, 'idle_timeout: 150ms'),
      {},
      {
        onEvent: (event) => {
          if (event.type !== 'output.delta' || held) return;
          held = true;
          const until = performance.now() + 400;
          while (performance.now() < until);
        },
      },
    );
    expect((await router).text).toBe('slow');
    await provider.close();
  });
});

describe('a proxy', () => {
  it('is used for every host but this machine, with its password', async () => {
    const provider = await startProvider([ok('through'), ok('straight')]);
    const proxy = await startProxy(provider.port);
    const env = { http_proxy: proxy.url.replace('//', '//me:p%40ss@'), no_proxy: '.internal' };
    expect((await complete(toolAt('http://api.test/v1'), {}, { env })).text).toBe('through');
    expect((await complete(toolAt(provider.url), {}, { env })).text).toBe('straight');
    expect(proxy.asked).toEqual([
      { to: 'api.test:80', authorization: `Basic ${Buffer.from('me:p@ss').toString('base64')}` },
    ]);
    await proxy.close();
    await provider.close();
  });

  it.each([
    [407, { type: 'connection', message: '`api` cannot be reached: the proxy answered 407' }],
    ['nothing' as const, { type: 'timeout', phase: 'connect' }],
  ])('that answers %s is reported', async (answer, wanted) => {
    const proxy = await startProxy(1, answer);
    const env = { HTTP_PROXY: proxy.url };
    const invocation = await complete(toolAt('http://api.test/v1', 'connect_timeout: 200ms'), {}, { env });
    expect(invocation.failure).toMatchObject(wanted);
    await proxy.close();
  });

  it.each(['http://127.0.0.1:9', 'http://[::1]:9'])(
    'at %s that is not reached is named',
    async (ALL_PROXY) => {
      const { failure } = await complete(toolAt('http://api.test/v1'), {}, { env: { ALL_PROXY } });
      expect(failure).toMatchObject({
        type: 'connection',
        message: expect.stringMatching(
          /^`api` cannot be reached: the proxy cannot be reached: .*\((?!ENOTFOUND)E\w+\)$/,
        ),
        hint: expect.stringContaining('ALL_PROXY'),
      });
    },
  );

  it('takes a password that was not encoded', async () => {
    const provider = await startProvider([ok('through')]);
    const proxy = await startProxy(provider.port);
    const env = { http_proxy: proxy.url.replace('//', '//me:dummy-100%@') };
    expect((await complete(toolAt('http://api.test/v1'), {}, { env })).text).toBe('through');
    expect(proxy.asked[0]?.authorization).toBe(`Basic ${Buffer.from('me:dummy-100%').toString('base64')}`);
    await proxy.close();
    await provider.close();
  });
});
