import { expect, it } from '@jest/globals';
import { MOCK, raw, type Served, serve } from './served.js';

/** A request as its bytes, and the status or the code of JSON-RPC that it must get. */
type Case = [name: string, bytes: string | Buffer, expected: number | RegExp];

const HEAD = 'Host: localhost\r\nConnection: close\r\n';
const JSON_TYPE = 'Content-Type: application/json\r\n';

function post(body: string | Buffer, head = JSON_TYPE, path = '/rpc'): Buffer {
  const bytes = Buffer.from(body);
  const start = `POST ${path} HTTP/1.1\r\n${HEAD}${head}Content-Length: ${bytes.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(start), bytes]);
}

const chat = (body: unknown): Buffer => post(JSON.stringify(body), JSON_TYPE, '/v1/chat/completions');
const rpc = (body: unknown): Buffer => post(JSON.stringify(body));
const complete = (params: unknown): Buffer => rpc({ jsonrpc: '2.0', id: 1, method: 'llm.complete', params });
const code = (number: number): RegExp => new RegExp(`"code":${number}\\b`);
const parse = code(-32700);
const invalid = code(-32600);
const params = code(-32602);
const user = [{ role: 'user', content: 'x' }];

const NOT_JSON: Case[] = [
  '',
  ' ',
  '{',
  '}',
  '[',
  '{"a":}',
  "{'a':1}",
  'null,',
  'undefined',
  'NaN',
  'hello',
  '{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}{}',
  '{"jsonrpc":"2.0","id":1,"method":"rpc.ping"',
  '\u0000',
  '<xml/>',
  'a=b&c=d',
].map((body): Case => [`${JSON.stringify(body)} as a body`, post(body), parse]);

const BYTES: Case[] = [
  ['bad UTF-8', post(Buffer.from([0x22, 0xff, 0xfe, 0x22])), parse],
  ['half a character', post(Buffer.from([0x22, 0xe2, 0x82])), parse],
  ['UTF-16', post(Buffer.from('{"jsonrpc":"2.0"}', 'utf16le')), parse],
  ['a surrogate alone', post(Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])), parse],
  ['lists that are nested deeply', post(`${'['.repeat(9000)}${']'.repeat(9000)}`), parse],
  ['maps that are nested deeply', post(`${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`), parse],
  [
    'a schema that is nested deeply',
    post(
      `{"jsonrpc":"2.0","id":1,"method":"llm.complete","params":{"prompt":"x","schema":${'{"not":'.repeat(5000)}{}${'}'.repeat(5000)}}}`,
    ),
    parse,
  ],
  ['a body that is too large', post('x'.repeat(70_000)), 413],
  [
    'a length that is too large',
    `POST /rpc HTTP/1.1\r\n${HEAD}${JSON_TYPE}Content-Length: 99999999999\r\n\r\n`,
    413,
  ],
  [
    'chunks that are too large',
    `POST /rpc HTTP/1.1\r\n${HEAD}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\n11170\r\n${'x'.repeat(70_000)}\r\n0\r\n\r\n`,
    413,
  ],
  ['a body that is packed', post('{}', `${JSON_TYPE}Content-Encoding: gzip\r\n`), 415],
  ['a text', post('{}', 'Content-Type: text/plain\r\n'), 415],
  ['a form', post('a=b', 'Content-Type: application/x-www-form-urlencoded\r\n'), 415],
  ['no type', post('{}', ''), 415],
];

const ENVELOPES: Case[] = [
  ['null', rpc(null), invalid],
  ['a text', rpc('x'), invalid],
  ['a number', rpc(5), invalid],
  ['an empty object', rpc({}), invalid],
  ['no version', rpc({ id: 1, method: 'rpc.ping' }), invalid],
  ['version 1', rpc({ jsonrpc: '1.0', id: 1, method: 'rpc.ping' }), invalid],
  ['version as a number', rpc({ jsonrpc: 2, id: 1, method: 'rpc.ping' }), invalid],
  ['an id as a list', rpc({ jsonrpc: '2.0', id: [], method: 'rpc.ping' }), invalid],
  ['an id as a map', rpc({ jsonrpc: '2.0', id: {}, method: 'rpc.ping' }), invalid],
  ['an id as a truth', rpc({ jsonrpc: '2.0', id: true, method: 'rpc.ping' }), invalid],
  ['no method', rpc({ jsonrpc: '2.0', id: 1 }), invalid],
  ['a method as a number', rpc({ jsonrpc: '2.0', id: 1, method: 5 }), invalid],
  ['a method as null', rpc({ jsonrpc: '2.0', id: 1, method: null }), invalid],
  ['a method by an inherited name', rpc({ jsonrpc: '2.0', id: 1, method: 'constructor' }), code(-32601)],
  [
    'an id that the parser rounds',
    post('{"jsonrpc":"2.0","id":9007199254740993,"method":"rpc.ping"}'),
    invalid,
  ],
  ['a method of nothing', rpc({ jsonrpc: '2.0', id: 1, method: '' }), code(-32601)],
  ['a method that is long', rpc({ jsonrpc: '2.0', id: 1, method: 'x'.repeat(10_000) }), code(-32601)],
  ['params as a text', rpc({ jsonrpc: '2.0', id: 1, method: 'rpc.ping', params: 'x' }), invalid],
  ['params as a number', rpc({ jsonrpc: '2.0', id: 1, method: 'rpc.ping', params: 1 }), invalid],
  ['params as a list', rpc({ jsonrpc: '2.0', id: 1, method: 'rpc.ping', params: [] }), params],
  ['an empty batch', rpc([]), invalid],
  ['a batch of batches', rpc([[]]), invalid],
  ['a batch that is too long', rpc(Array.from({ length: 500 }, () => 1)), invalid],
];

const PARAMS: Case[] = [
  ['no prompt', complete({}), params],
  ['an empty prompt', complete({ prompt: '' }), params],
  ['a prompt as a number', complete({ prompt: 5 }), params],
  ['a prompt as a map', complete({ prompt: {} }), params],
  ['messages as a map', complete({ messages: {} }), params],
  ['a conversation of blanks', complete({ messages: [{ role: 'user', content: ' ' }] }), params],
  ['no message', complete({ messages: [] }), params],
  ['a message as a text', complete({ messages: ['x'] }), params],
  ['a message without a role', complete({ messages: [{ content: 'x' }] }), params],
  ['a message without content', complete({ messages: [{ role: 'user' }] }), params],
  ['a message with more', complete({ messages: [{ role: 'user', content: 'x', cwd: '/' }] }), params],
  ['an agent as a number', complete({ prompt: 'x', agent: 1 }), params],
  ['an agent by an inherited name', complete({ prompt: 'x', agent: '__proto__' }), params],
  ['an agent with a name that is long', complete({ prompt: 'x', agent: 'a'.repeat(9000) }), /a{100}`"/],
  ['a model without its name', complete({ prompt: 'x', model: 'bot:' }), /unknown model `bot:`/],
  ['a tool of no config', complete({ prompt: 'x', model: 'codex:gpt-5' }), params],
  ['a tier that is none', complete({ prompt: 'x', tier: 'best' }), params],
  ['a temperature below 0', complete({ prompt: 'x', temperature: -1 }), params],
  ['no tokens', complete({ prompt: 'x', max_tokens: 0 }), params],
  ['half a token', complete({ prompt: 'x', max_tokens: 1.5 }), params],
  ['a schema as a list', complete({ prompt: 'x', schema: [] }), params],
  ['a schema as a bad text', complete({ prompt: 'x', schema: '{' }), params],
  ['tags as a list', complete({ prompt: 'x', tags: [] }), params],
  ['a tag as a number', complete({ prompt: 'x', tags: { a: 1 } }), params],
  ['a session with control characters', complete({ prompt: 'x', session_id: 'a\u0007b' }), params],
  [
    'a trace id with a line feed',
    complete({ prompt: 'x', a2a_context: { trace_id: 'a\r\nSet-Cookie: x' } }),
    params,
  ],
  ['a context as a text', complete({ prompt: 'x', a2a_context: 'x' }), params],
  ['a context with more', complete({ prompt: 'x', a2a_context: { cwd: '/' } }), params],
  ['a working directory', complete({ prompt: 'x', cwd: '/' }), params],
  ['an access level', complete({ prompt: 'x', access: 'full' }), params],
  ['a cap', complete({ prompt: 'x', max_cost_usd: 1e9 }), params],
  ['a forced run', complete({ prompt: 'x', force: true, justification: 'y' }), params],
  [
    'another prototype',
    post('{"jsonrpc":"2.0","id":1,"method":"llm.complete","params":{"__proto__":{"prompt":"x"}}}'),
    params,
  ],
  ['a chat as a list', chat([]), 400],
  ['a chat as null', chat(null), 400],
  ['a chat of nothing', chat({}), 400],
  ['a chat without messages', chat({ model: 'me' }), 400],
  ['a chat without a model', chat({ messages: user }), 400],
  ['a chat with a model as a number', chat({ model: 5, messages: user }), 400],
  ['a chat that streams a text', chat({ model: 'me', messages: user, stream: 'yes' }), 400],
  ['a chat with stops of numbers', chat({ model: 'me', messages: user, stop: [1] }), 400],
  [
    'a chat with an image',
    chat({ model: 'me', messages: [{ role: 'user', content: [{ type: 'image_url' }] }] }),
    400,
  ],
  [
    'a chat with a text that is none',
    chat({ model: 'me', messages: [{ role: 'user', content: [{ type: 'text' }] }] }),
    /has no `text`/,
  ],
  [
    'a chat with a schema that is missing',
    chat({ model: 'me', messages: user, response_format: { type: 'json_schema' } }),
    /"param":"response_format.json_schema"/,
  ],
  [
    'a chat of an inherited role',
    chat({ model: 'me', messages: [{ role: 'constructor', content: 'x' }] }),
    400,
  ],
  ['a chat of an inherited model', chat({ model: 'toString', messages: user }), 404],
  ['a chat by an inherited tool', chat({ model: 'constructor:m', messages: user }), 404],
];

const HTTP: Case[] = [
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['TLS', Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]), 400],
  ['HTTP/0.9', 'GET /\r\n\r\n', 505],
  ['HTTP/2 without its preface', `GET /healthz HTTP/2.0\r\n${HEAD}\r\n`, 505],
  ['another method of the path', `PUT /rpc HTTP/1.1\r\n${HEAD}\r\n`, 405],
  ['a GET of the path', `GET /rpc HTTP/1.1\r\n${HEAD}\r\n`, 405],
  ['TRACE', `TRACE /healthz HTTP/1.1\r\n${HEAD}\r\n`, 405],
  ['CONNECT', `CONNECT evil.example:443 HTTP/1.1\r\n${HEAD}\r\n`, /^$/],
  ['a method that is none', `BREW /rpc HTTP/1.1\r\n${HEAD}\r\n`, 400],
  ['a whole URL', `GET http://evil.example/rpc HTTP/1.1\r\n${HEAD}\r\n`, 400],
  ['two slashes', `GET //evil.example/healthz HTTP/1.1\r\n${HEAD}\r\n`, 404],
  ['a way up', `GET /../../etc/passwd HTTP/1.1\r\n${HEAD}\r\n`, 404],
  ['a path with bad escapes', `GET /%zz%00 HTTP/1.1\r\n${HEAD}\r\n`, 404],
  ['more headers than are looked at', `GET /healthz HTTP/1.1\r\n${HEAD}${'X: y\r\n'.repeat(99)}\r\n`, 431],
  ['no host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
  [
    'two hosts',
    'GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
    400,
  ],
  ['another host', 'GET /healthz HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n', 421],
  ['another origin', `GET /healthz HTTP/1.1\r\n${HEAD}Origin: http://evil.example\r\n\r\n`, 403],
  [
    'two lengths',
    `POST /rpc HTTP/1.1\r\n${HEAD}${JSON_TYPE}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
    400,
  ],
  [
    'a length and chunks',
    `POST /rpc HTTP/1.1\r\n${HEAD}${JSON_TYPE}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    400,
  ],
  ['a length below 0', `POST /rpc HTTP/1.1\r\n${HEAD}${JSON_TYPE}Content-Length: -1\r\n\r\n`, 400],
  ['a length that is none', `POST /rpc HTTP/1.1\r\n${HEAD}${JSON_TYPE}Content-Length: two\r\n\r\n`, 400],
  [
    'chunks of no number',
    `POST /rpc HTTP/1.1\r\n${HEAD}${JSON_TYPE}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    400,
  ],
  [
    'an encoding that hides chunks',
    `POST /rpc HTTP/1.1\r\n${HEAD}${JSON_TYPE}Transfer-Encoding: xchunked\r\n\r\n`,
    400,
  ],
  [
    'a body that is packed on its way',
    `POST /rpc HTTP/1.1\r\n${HEAD}${JSON_TYPE}Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    501,
  ],
  [
    'a header with a blank before its colon',
    `POST /rpc HTTP/1.1\r\n${HEAD}Content-Length : 2\r\n\r\n{}`,
    400,
  ],
  ['a header over two lines', `GET /healthz HTTP/1.1\r\n${HEAD}X: a\r\n b\r\n\r\n`, 400],
  ['a header with a bare line feed', `GET /healthz HTTP/1.1\r\n${HEAD}X: a\nY: b\r\n\r\n`, 400],
  ['a NUL in a header', `GET /healthz HTTP/1.1\r\n${HEAD}X: a\u0000b\r\n\r\n`, 400],
  ['a head that is too long', `GET /healthz HTTP/1.1\r\n${HEAD}X: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
  [
    'an expectation that is unknown',
    `POST /rpc HTTP/1.1\r\n${HEAD}${JSON_TYPE}Expect: the-best\r\nContent-Length: 2\r\n\r\n{}`,
    417,
  ],
  [
    'an upgrade, which is answered without it',
    `GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n`,
    200,
  ],
];

const CASES = [...NOT_JSON, ...BYTES, ...ENVELOPES, ...PARAMS, ...HTTP];

it('gives each of more than a hundred malformed requests the right error, and no stack', async () => {
  expect(CASES.length).toBeGreaterThan(100);
  const running = await serve(`${MOCK}\nserver: { max_body: 64KiB }`);
  try {
    const wrong: string[] = [];
    await Promise.all(CASES.map(async (one) => wrong.push(...(await problemsOf(running, one)))));
    expect(wrong).toEqual([]);
    expect(running.bugs).toEqual([]);
    expect(running.logs).toEqual([]);
    expect((await running.rpc('llm.complete', { prompt: 'hi' })).result.text).toBe('hello there');
  } finally {
    await running.close();
  }
});

async function problemsOf({ port }: Served, [name, bytes, expected]: Case): Promise<string[]> {
  const answer = await raw(port, bytes, { silenceMs: 5000, answeredMs: 500 });
  const status = Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
  const fits = typeof expected === 'number' ? status === expected : expected.test(answer);
  const hasStack = /\\n\s+at |node_modules|\.(?:ts|cjs|js):\d+/.test(answer);
  return fits && !hasStack ? [] : [`${name}: ${answer.slice(0, 300)}`];
}

it('answers requests that come in one piece in their order', async () => {
  const running = await serve(MOCK);
  try {
    const ping = (id: number): Buffer => rpc({ jsonrpc: '2.0', id, method: 'rpc.ping' });
    const open = (bytes: Buffer): string => bytes.toString().replace('Connection: close\r\n', '');
    const pieces = [complete({ prompt: 'hi' }), ping(2), ping(3)].map(open);
    const answer = await raw(running.port, [...pieces, ping(4).toString()].join(''), { silenceMs: 5000 });
    expect(answer.match(/"id":\d/g)).toEqual(['"id":1', '"id":2', '"id":3', '"id":4']);
  } finally {
    await running.close();
  }
});

it('reads on after a body that is too large, for clients that look for an answer only at its end', async () => {
  const running = await serve(`${MOCK}\nserver: { max_body: 1KiB }`);
  try {
    const large = post('x'.repeat(3_000_000)).toString().replace('Connection: close\r\n', '');
    const answer = await raw(running.port, `${large}GET /healthz HTTP/1.1\r\n${HEAD}\r\n`, {
      silenceMs: 5000,
    });
    expect(answer.match(/HTTP\/1.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  } finally {
    await running.close();
  }
});

it('takes a request that offers HTTP/2 as one of HTTP/1.1, as of Java', async () => {
  const running = await serve(MOCK);
  try {
    const offer = 'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n';
    const bytes = post('{"jsonrpc":"2.0","id":1,"method":"rpc.ping"}', `${JSON_TYPE}${offer}`)
      .toString()
      .replace('Connection: close', 'Connection: Upgrade, HTTP2-Settings, close');
    expect(await raw(running.port, bytes, { silenceMs: 5000 })).toMatch(/^HTTP\/1.1 200[\s\S]*pong/);
  } finally {
    await running.close();
  }
});
