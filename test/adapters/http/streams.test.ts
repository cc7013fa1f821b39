import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import type { Invocation } from '../../../src/domain/invocation.js';
import { configOf } from '../../rig/config.js';
import {
  chatEvents,
  frame,
  messageEvents,
  plain,
  type Reply,
  startProvider,
  stream,
} from '../../rig/provider.js';
import { complete } from './complete.js';
import { SSE } from './fault.js';

type Api = 'openai-chat' | 'anthropic-messages';

const configAt = (url: string, api: Api = 'openai-chat', tool = '') =>
  configOf(`
default_agent: a
agents: { a: { preferred_tool: api } }
tools: { api: { kind: http, api: ${api}, base_url: '${url}', models: [m], idle_timeout: 3s, ${tool} } }
policies: { default: { retry: { max_retries: 0 } } }
`);

async function answerTo(reply: Reply, api: Api = 'openai-chat', tool = ''): Promise<Invocation> {
  const provider = await startProvider([reply]);
  try {
    return await complete(configAt(provider.url, api, tool));
  } finally {
    await provider.close();
  }
}

const [FIRST, ...REST] = chatEvents(['Hel', 'lo']);
/** Everything but `[DONE]`. */
const FINISHED = chatEvents(['Hel', 'lo']).slice(0, -1);

/** A stream with something between its first two events. */
const interrupted =
  (between: string): Reply =>
  async ({ head, write, end }) => {
    head(200, SSE);
    await write(frame(FIRST) + between + REST.map(frame).join(''));
    end();
  };

/** A body of server-sent events under these headers. */
const under =
  (headers: Record<string, string>): Reply =>
  async ({ head, write, end }) => {
    head(200, headers);
    await write(chatEvents(['Hel', 'lo']).map(frame).join(''));
    end();
  };

describe('a stream is read', () => {
  it.each<[string, Reply]>([
    ['with an event without data', interrupted('data:\n\n')],
    ['with a comment as data', interrupted('data: : keep-alive\n\n')],
    ['with a ping as data', interrupted('event: ping\ndata: ping\n\n')],
    ['with nothing as JSON', interrupted('data: null\n\n')],
    ['with words as data', interrupted('data: still thinking\n\n')],
    ['as plain text', under({ 'content-type': 'text/plain; charset=utf-8' })],
    ['as JSON', under({ 'content-type': 'application/json' })],
    ['without a type', under({})],
    [
      'that is an answer as a whole',
      ({ head, end }) => {
        head(200, SSE);
        end(JSON.stringify({ choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }] }));
      },
    ],
  ])('%s', async (_, reply) => {
    expect(await answerTo(reply)).toMatchObject({ status: 'succeeded', text: 'Hello', warnings: [] });
  });
});

describe('behind the end of an answer nothing makes a failure of it:', () => {
  const finished =
    (then: Reply): Reply =>
    async (exchange) => {
      exchange.head(200, SSE);
      for (const event of FINISHED) await exchange.write(frame(event));
      await then(exchange);
    };

  it.each<[string, Api, Reply]>([
    ['silence', 'openai-chat', finished(() => undefined)],
    ['a reset', 'openai-chat', finished(({ reset }) => reset())],
    ['an error', 'openai-chat', stream([...FINISHED, { error: { message: 'late', code: 500 } }])],
    ['half an event', 'openai-chat', stream([...FINISHED, '{"choices": [oops'])],
    [
      'signs of life',
      'openai-chat',
      finished(async ({ write, gone }) => {
        let left = false;
        void gone.then(() => {
          left = true;
        });
        while (!left) {
          await write(': hb\n\n');
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }),
    ],
    [
      'silence of Anthropic',
      'anthropic-messages',
      async ({ head, write }) => {
        head(200, SSE);
        for (const event of messageEvents(['Hello']).slice(0, -1)) await write(frame(event));
      },
    ],
    ['no last event of Anthropic', 'anthropic-messages', stream(messageEvents(['Hello']).slice(0, -1))],
  ])('%s', async (_, api, reply) => {
    expect(await answerTo(reply, api)).toMatchObject({ status: 'succeeded', text: 'Hello' });
  });
});

describe('what a provider says instead of an answer', () => {
  it('is kept where it is no JSON', async () => {
    const { failure } = await answerTo(stream(['upstream gave up']));
    expect(failure).toMatchObject({ type: 'invalid_response' });
    expect(failure?.message).toContain('upstream gave up');
  });

  it('is an error where the event is one', async () => {
    const { failure } = await answerTo(({ head, end }) => {
      head(200, SSE);
      end('event: error\ndata: {"message":"Rate limit reached, try again in 9s"}\n\n');
    });
    expect(failure).toMatchObject({ type: 'rate_limit', retryAfterMs: 9000 });
  });

  it('steers no terminal', async () => {
    const { failure } = await answerTo(
      plain(400, { error: { message: 'bad \u001b]0;owned\u0007\u001b[31mkey\u009b31m\u202e' } }),
    );
    expect(failure?.message).toBe('`api` answered 400: bad key');
  });
});

describe('characters', () => {
  it('may be cut between two pieces of text', async () => {
    const halves = ['ok \ud83d', '\ude42!'].map((content) => ({
      choices: [{ index: 0, delta: { content }, finish_reason: null }],
    }));
    const shown: string[] = [];
    const provider = await startProvider([stream([...halves, ...chatEvents([]).slice(1)])]);
    const { text } = await complete(
      configAt(provider.url),
      { stream: true },
      {
        onEvent: (event) => {
          if (event.type === 'output.delta') shown.push(event.text);
        },
      },
    );
    await provider.close();
    expect([text, ...shown]).toEqual(['ok 🙂!', 'ok ', '🙂!']);
  });

  it('may be cut between two chunks', async () => {
    const bytes = Buffer.from(chatEvents(['naïve 🙂']).map(frame).join(''));
    const { text, warnings } = await answerTo(async ({ head, write, end }) => {
      head(200, SSE);
      for (const byte of bytes) await write(Uint8Array.of(byte));
      end();
    });
    expect([text, warnings]).toEqual(['naïve 🙂', []]);
  });

  const latin1 =
    (type: string): Reply =>
    ({ head, end }) => {
      head(200, { 'content-type': type });
      end(
        Buffer.from(
          JSON.stringify({ choices: [{ message: { content: 'naïve café' }, finish_reason: 'stop' }] }),
          'latin1',
        ),
      );
    };
  it.each([
    ['of a declared charset are read by it', 'application/json; charset=ISO-8859-1', 'naïve café', 0],
    ['of no charset that are not UTF-8 are read as Latin-1', 'application/json', 'naïve café', 1],
    [
      'that break their own charset are replaced',
      'application/json; charset=utf-8',
      'na\ufffdve caf\ufffd',
      1,
    ],
  ])('%s', async (_, type, text, warnings) => {
    const answer = await answerTo(latin1(type));
    expect([answer.text, answer.warnings.length]).toEqual([text, warnings]);
  });
});

it('a redirect to itself is an answer that is none, sent once', async () => {
  const provider = await startProvider([plain(307, '', { location: '/chat/completions' })]);
  const { failure } = await complete(configAt(provider.url));
  expect(failure).toMatchObject({ type: 'invalid_response', httpStatus: 307 });
  expect(provider.problems()).toEqual([]);
  await provider.close();
});

it('a connection that is closed while a large request is being sent is a request that is too large', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.resetAndDestroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const prompt = 'x'.repeat(16 * 2 ** 20);
  const { failure } = await complete(configAt(`http://127.0.0.1:${port}`), { prompt });
  expect(failure).toMatchObject({ type: 'context_too_large' });
  expect(failure?.message).toContain('closed the connection on a request of 16.0 MiB');
  await new Promise((resolve) => server.close(resolve));
});

it('a switch of protocols that was not asked for is none either, and its connection is closed', async () => {
  let close = () => {};
  const closed = new Promise<void>((resolve) => {
    close = resolve;
  });
  const server = createServer((socket) => {
    socket.on('error', () => undefined).on('close', () => close());
    socket.once('data', () =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: foo\r\nConnection: Upgrade\r\n\r\n'),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const { failure } = await complete(configAt(`http://127.0.0.1:${port}`));
  expect(failure).toMatchObject({ type: 'invalid_response' });
  await closed;
  await new Promise((resolve) => server.close(resolve));
});
