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
import { itInSoak } from '../../soak.js';
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

/** The events of an answer, as changed text. */
const written = (change: (text: string) => string): Reply =>
  bodyOf(change([...FINISHED, '[DONE]'].map(frame).join('')), SSE);

const bodyOf =
  (text: string, headers: Record<string, string> = { 'content-type': 'application/x-ndjson' }): Reply =>
  ({ head, end }) => {
    head(200, headers);
    end(text);
  };

const WHOLE = {
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
};

/** DashScope names an end in every event. */
const withWord = (event: unknown): unknown =>
  JSON.parse(JSON.stringify(event).replace('"finish_reason":null', '"finish_reason":"null"'));

describe('usage in a stream is read', () => {
  const USAGE = { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 };
  const TEXT = FINISHED.slice(0, 3);
  it.each<[string, unknown]>([
    ['at the last event', { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], usage: USAGE }],
    [
      'in the place of Groq',
      { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }], x_groq: { usage: USAGE } },
    ],
    ['in the place of Moonshot', { choices: [{ index: 0, delta: {}, finish_reason: 'stop', usage: USAGE }] }],
  ])('%s', async (_, last) => {
    const { usage } = await answerTo(stream([...TEXT, last, '[DONE]']));
    expect(usage).toMatchObject({ inputTokens: 7, outputTokens: 3 });
  });
});

describe('a stream is read', () => {
  it.each<[string, Reply]>([
    ['with an event without data', interrupted('data:\n\n')],
    ['with a comment as data', interrupted('data: : keep-alive\n\n')],
    ['with a ping as data', interrupted('event: ping\ndata: ping\n\n')],
    ['with nothing as JSON', interrupted('data: null\n\n')],
    ['with words as data', interrupted('data: still thinking\n\n')],
    ['with a word in brackets as data', interrupted('data: [KEEPALIVE]\n\n')],
    ['with an empty error', interrupted('data: {"choices":[],"error":{}}\n\n')],
    ['with single line feeds behind its events', written((text) => text.replaceAll('\n\n', '\n'))],
    ['as plain text', under({ 'content-type': 'text/plain; charset=utf-8' })],
    ['as JSON', under({ 'content-type': 'application/json' })],
    ['without a type', under({})],
    ['behind a byte order mark', written((text) => `\uFEFF${text}`)],
    [
      'with a byte order mark before each event',
      written((text) => text.replaceAll('data: ', '\uFEFFdata: ')),
    ],
    ['with carriage returns', written((text) => text.replaceAll('\n', '\r\n'))],
    ['with no line feeds but carriage returns', written((text) => text.replaceAll('\n', '\r'))],
    ['without blanks behind the colons', written((text) => text.replaceAll('data: ', 'data:'))],
    [
      'with numbers and waits of events',
      written((text) => text.replaceAll('data: ', 'id: 7\nretry: 10\ndata: ')),
    ],
    [
      'with JSON over several lines',
      stream(FINISHED.map((event) => JSON.stringify(event, null, 2).replaceAll('\n', '\ndata: '))),
    ],
    ['with the word `null` before the end', stream(FINISHED.map(withWord))],
    ['whose last event repeats the answer', stream([...FINISHED, WHOLE, '[DONE]'])],
    [
      'with lines of JSON instead of events',
      bodyOf(FINISHED.map((event) => JSON.stringify(event)).join('\n')),
    ],
    ['with a list instead of events', bodyOf(JSON.stringify(FINISHED))],
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

describe('with a connection that stays open', () => {
  const open =
    (status: number, body: string, headers: Record<string, string>): Reply =>
    async ({ head, write }) => {
      head(status, headers);
      await write(body);
    };
  const JSON_TYPE = { 'content-type': 'application/json' };

  it('an answer in one piece is taken', async () => {
    const reply = open(200, JSON.stringify(WHOLE), JSON_TYPE);
    expect(await answerTo(reply)).toMatchObject({ status: 'succeeded', text: 'Hello', warnings: [] });
  });

  itInSoak('half of one is not', async () => {
    const reply = open(200, JSON.stringify(WHOLE).slice(0, -1), JSON_TYPE);
    const { failure } = await answerTo(reply, 'openai-chat', 'timeout: 2s');
    expect(failure).toMatchObject({ type: 'timeout' });
  });

  itInSoak('an answer whose last event has no end is taken when the time is over', async () => {
    const reply = open(200, FINISHED.map(frame).join('').trimEnd(), SSE);
    const taken = await answerTo(reply, 'openai-chat', 'timeout: 2s');
    expect(taken).toMatchObject({ status: 'succeeded', text: 'Hello' });
  });

  it('an error is told by its status and words', async () => {
    const reply = open(429, '{"error":{"message":"slow down"}}', { ...JSON_TYPE, 'retry-after': '7' });
    const { failure } = await answerTo(reply);
    expect(failure).toMatchObject({ type: 'rate_limit', retryAfterMs: 7000 });
    expect(failure?.message).toContain('slow down');
  });

  itInSoak('an error without words is told by its status', async () => {
    const reply = open(429, '', { 'content-length': '100', 'retry-after': '7' });
    const { failure } = await answerTo(reply, 'openai-chat', 'timeout: 2s');
    expect(failure).toMatchObject({ type: 'rate_limit', retryAfterMs: 7000, httpStatus: 429 });
  });
});

describe('an error without a name for it is one:', () => {
  it.each<[object, string]>([
    [{ code: 'Throttling.RateQuota', message: 'Requests rate limit exceeded' }, 'rate_limit'],
    [{ code: 1113, msg: 'no balance', success: false }, 'quota'],
    [{ error_code: 17, error_msg: 'Open api daily request limit reached' }, 'quota'],
    [{ detail: 'Invalid API key provided' }, 'authentication'],
    [{ errors: [{ message: 'Model overloaded' }] }, 'overloaded'],
    [{ fault: { faultstring: 'Spike arrest violation: too many requests' } }, 'rate_limit'],
    [{ status: 'error', message: 'The model `m` does not exist' }, 'model_not_found'],
    [{ statusCode: 429, message: 'slow down' }, 'rate_limit'],
    [{ __type: 'ThrottlingException', message: 'Rate exceeded' }, 'rate_limit'],
    [{ base_resp: { status_code: 1002, status_msg: 'rate limit' } }, 'rate_limit'],
    [{ base_resp: { status_code: 2049, status_msg: 'invalid key' } }, 'authentication'],
  ])('%j', async (body, type) => {
    const replies = [plain(200, body), stream([FINISHED[0], body])];
    const answers = await Promise.all(replies.map((reply) => answerTo(reply)));
    expect(answers.map(({ failure }) => failure?.type)).toEqual([type, type]);
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
    ['of a charset that does not exist are too', 'application/json; charset=nosuch', 'naïve café', 1],
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

  it('between characters of UTF-8 are replaced, and those stay', async () => {
    const [before = '', after = ''] = JSON.stringify({
      choices: [{ message: { content: 'naïve \0' }, finish_reason: 'stop' }],
    }).split('\\u0000');
    const body = Buffer.concat([Buffer.from(before), Buffer.from([0xc3]), Buffer.from(after)]);
    const answer = await answerTo(({ head, end }) => {
      head(200, { 'content-type': 'application/json' });
      end(body);
    });
    expect([answer.text, answer.warnings]).toEqual(['naïve \ufffd', [expect.stringContaining('replaced')]]);
  });
});

it('a redirect to itself is an answer that is none, sent once', async () => {
  const provider = await startProvider([plain(307, '', { location: '/v1/chat/completions' })]);
  const { failure } = await complete(configAt(provider.url));
  expect(failure).toMatchObject({ type: 'invalid_response', httpStatus: 307 });
  expect(provider.problems()).toEqual([]);
  await provider.close();
});

itInSoak(
  'a connection that is closed while a large request is being sent is a request that is too large',
  async () => {
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
  },
);

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
