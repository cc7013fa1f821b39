import { plain, type Reply } from '../../rig/provider.js';
import { type Fault, SHORT } from './fault.js';
import type { Protocol } from './protocol.js';

/** The faults that a provider of any protocol can have. */
export function sharedFaults(protocol: Protocol): Fault[] {
  return [...connections(protocol), ...streams(protocol), ...answers(protocol), ...statuses].map((fault) => ({
    api: protocol.api,
    ...fault,
  }));
}

function connections({ headers, frames }: Protocol): Fault[] {
  return [
    { name: 'a connection that is closed', reply: ({ destroy }) => destroy(), type: 'connection' },
    { name: 'a connection that is reset', reply: ({ reset }) => reset(), type: 'connection', says: /reset/ },
    { name: 'no answer at all', reply: () => undefined, type: 'timeout', phase: 'first_output', tool: SHORT },
    {
      name: 'no end in time',
      reply: repeated(headers, frames(['again'])[0] ?? ''),
      type: 'timeout',
      phase: 'attempt',
      tool: 'timeout: 400ms',
    },
  ];
}

function streams({ headers, frames, tail, keepAlive, errorFrame }: Protocol): Fault[] {
  const half = frames(['half of an ', 'answer']).slice(0, -tail);
  const sent =
    (bytes: readonly string[], then: (exchange: Parameters<Reply>[0]) => void): Reply =>
    async (exchange) => {
      exchange.head(200, headers);
      for (const each of bytes) await exchange.write(each);
      then(exchange);
    };
  const ended = (bytes: readonly string[]): Reply => sent(bytes, ({ end }) => end());
  return [
    {
      name: 'a stream that ends early',
      reply: ended(half),
      type: 'invalid_response',
      says: /before it was complete/,
    },
    {
      name: 'a stream that is cut off',
      reply: sent(half, ({ destroy }) => destroy()),
      type: 'invalid_response',
      says: /broke off/,
    },
    { name: 'a stream that is reset', reply: sent(half, ({ reset }) => reset()), type: 'invalid_response' },
    {
      name: 'a stream that stalls',
      reply: sent(half, () => undefined),
      type: 'timeout',
      phase: 'idle',
      tool: SHORT,
    },
    {
      name: 'a stream that never starts',
      reply: sent([], () => undefined),
      type: 'timeout',
      phase: 'first_output',
      tool: SHORT,
    },
    {
      name: 'a stream that only stays alive',
      reply: repeated(headers, keepAlive),
      type: 'timeout',
      phase: 'attempt',
      tool: 'timeout: 400ms',
    },
    {
      name: 'an event that is not JSON',
      reply: ended([...half, (half[0] ?? '').replace('}', '')]),
      type: 'invalid_response',
      says: /not JSON/,
    },
    {
      name: 'a page in the place of events',
      reply: sent([], ({ end }) => end('<html>no events</html>')),
      type: 'invalid_response',
    },
    {
      name: 'an error in the middle',
      reply: ended([...half, errorFrame('The model is overloaded')]),
      type: 'overloaded',
      says: /in the middle of its answer: .*overloaded/,
    },
    {
      name: 'an answer over the cap',
      reply: ended(frames(['x'.repeat(700), 'y'.repeat(700)])),
      type: 'invalid_response',
      says: /more than an answer may have/,
      tool: 'max_output: 1KiB',
    },
  ];
}

function answers({ frames, headers, whole, onlyThoughts, filtered }: Protocol): Fault[] {
  const streamed =
    (bytes: readonly string[]): Reply =>
    ({ head, end }) => {
      head(200, headers);
      end(bytes.join(''));
    };
  return [
    {
      name: '200 with a page',
      reply: plain(200, '<!doctype html><title>Sign in</title>'),
      type: 'invalid_response',
      says: /a web page/,
    },
    { name: '200 with nothing', reply: plain(200, ''), type: 'invalid_response', says: /an empty answer/ },
    {
      name: '204',
      reply: ({ head, end }) => {
        head(204);
        end();
      },
      type: 'invalid_response',
    },
    {
      name: '200 with half of a JSON value',
      reply: plain(200, whole('half'), {}, 20),
      type: 'invalid_response',
      says: /JSON/,
    },
    {
      name: '200 with an error',
      reply: plain(200, { error: { code: 429, message: 'upstream is rate limited' } }),
      type: 'rate_limit',
    },
    {
      name: 'blanks for an answer',
      reply: streamed(frames([' ', '\n'])),
      type: 'invalid_response',
      says: /an empty answer/,
    },
    {
      name: 'thoughts that took every token',
      reply: plain(200, onlyThoughts),
      type: 'invalid_response',
      more: { hint: 'its thoughts took every token: raise `max_tokens`' },
    },
    {
      name: 'an answer that a filter stopped',
      reply: streamed(frames(['I will '], { finish: filtered })),
      type: 'refused',
    },
    {
      name: 'an end with an unlucky word',
      reply: streamed(frames(['half'], { finish: 'cancelled' })),
      type: 'provider_error',
      says: /`cancelled`/,
    },
    {
      name: 'a whole answer over the cap',
      reply: plain(200, whole('x'.repeat(5000))),
      type: 'invalid_response',
      says: /more than an answer may have/,
      tool: 'max_output: 1KiB',
    },
    {
      name: 'a body that is cut off',
      reply: async ({ head, write, destroy }) => {
        head(200, { 'content-type': 'application/json', 'content-length': '900' });
        await write(JSON.stringify(whole('half')).slice(0, 20));
        destroy();
      },
      type: 'invalid_response',
      says: /broke off/,
    },
  ];
}

const statuses: Fault[] = [
  {
    name: '429 with seconds',
    reply: plain(429, { error: { message: 'slow down' } }, { 'retry-after': '7' }),
    type: 'rate_limit',
    more: { retryAfterMs: 7000, httpStatus: 429 },
  },
  { name: '500', reply: plain(500, { error: 'boom' }), type: 'provider_error', says: /boom/ },
  {
    name: '502 with a page',
    reply: plain(502, '<html><head><title>502 Bad Gateway</title></head></html>'),
    type: 'provider_error',
    says: /502: 502 Bad Gateway/,
  },
  { name: '503', reply: plain(503, ''), type: 'overloaded' },
  { name: '504 with nothing', reply: plain(504, ''), type: 'provider_error', says: /answered 504/ },
  { name: '401', reply: plain(401, ''), type: 'authentication' },
  { name: '413 with a page', reply: plain(413, '<html>too large</html>'), type: 'context_too_large' },
  {
    name: 'an error that is only a text',
    reply: plain(400, { error: 'bad thing' }),
    type: 'invalid_request',
    says: /bad thing/,
  },
  {
    name: 'a redirect to another host',
    reply: plain(307, '', { location: 'http://localhost:1/v1' }),
    type: 'invalid_response',
    says: /answered 307/,
  },
  {
    name: 'a refusal without end',
    reply: async ({ head, write }) => {
      head(400, { 'content-type': 'application/json' });
      await write('{"error":{"message":"never ends');
    },
    type: 'invalid_request',
    says: /answered 400/,
    tool: SHORT,
  },
];

/** A stream that sends the same again and again until the client leaves. */
function repeated(headers: Record<string, string>, bytes: string): Reply {
  return async ({ head, write, gone }) => {
    head(200, headers);
    let left = false;
    void gone.then(() => {
      left = true;
    });
    while (!left) {
      await write(bytes);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
}
