import { chatEvents, frame, messageEvents, plain, stream } from '../../rig/provider.js';
import { anthropic, type Fault, HALF, SHORT, SSE } from './fault.js';

/** Broken streams. */
export const STREAMS: Fault[] = [
  {
    name: 'a stream that ends early',
    reply: stream(HALF),
    type: 'invalid_response',
    says: /before it was complete/,
  },
  {
    name: 'a stream that ends with [DONE] alone',
    reply: stream([...HALF, '[DONE]']),
    type: 'invalid_response',
    says: /before it was complete/,
  },
  {
    name: 'a stream without a stop reason',
    api: 'anthropic-messages',
    reply: stream(messageEvents(['half']).slice(0, -2)),
    type: 'invalid_response',
    says: /before it was complete/,
  },
  {
    name: 'a stream that is cut off',
    reply: async ({ head, write, destroy }) => {
      head(200, SSE);
      for (const event of HALF) await write(frame(event));
      destroy();
    },
    type: 'invalid_response',
    says: /broke off/,
  },
  {
    name: 'a stream that is reset',
    reply: async ({ head, write, reset }) => {
      head(200, SSE);
      for (const event of HALF) await write(frame(event));
      reset();
    },
    type: 'invalid_response',
  },
  {
    name: 'a stream that stalls',
    reply: async ({ head, write }) => {
      head(200, SSE);
      for (const event of HALF) await write(frame(event));
    },
    type: 'timeout',
    phase: 'idle',
    tool: SHORT,
  },
  {
    name: 'a stream that never starts',
    reply: ({ head }) => head(200, SSE),
    type: 'timeout',
    phase: 'first_output',
    tool: SHORT,
  },
  {
    name: 'a stream of nothing but comments',
    reply: async ({ head, write, gone }) => {
      head(200, SSE);
      let left = false;
      void gone.then(() => {
        left = true;
      });
      while (!left) {
        await write(': keep-alive\n\n');
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    type: 'timeout',
    phase: 'attempt',
    tool: 'timeout: 400ms',
  },
  {
    name: 'an event that is not JSON',
    reply: stream([...HALF, '{"choices": [oops']),
    type: 'invalid_response',
    says: /not JSON/,
  },
  {
    name: 'a page in the place of events',
    reply: ({ head, end }) => {
      head(200, SSE);
      end('<html>no events</html>');
    },
    type: 'invalid_response',
  },
  {
    name: 'an error in the middle',
    reply: stream([...HALF, { error: { message: 'Provider disconnected', code: 502 } }]),
    type: 'provider_error',
    says: /in the middle/,
    more: { httpStatus: 502 },
  },
  {
    name: 'an error in the middle, and [DONE]',
    reply: stream([...HALF, { error: { message: 'Internal', type: 'server_error' } }, '[DONE]']),
    type: 'provider_error',
  },
  {
    name: 'an error at the end of a choice',
    reply: stream([
      ...HALF,
      {
        choices: [
          { index: 0, delta: {}, finish_reason: 'error', error: { message: 'Try again in 9s', code: 429 } },
        ],
      },
    ]),
    type: 'rate_limit',
    more: { retryAfterMs: 9000 },
  },
  {
    name: 'an overload in the middle',
    api: 'anthropic-messages',
    reply: stream([...messageEvents(['half']).slice(0, 4), anthropic('overloaded_error', 'Overloaded')]),
    type: 'overloaded',
  },
  {
    name: 'an answer over the cap',
    reply: stream(chatEvents(['x'.repeat(700), 'y'.repeat(700)])),
    type: 'invalid_response',
    says: /more than an answer may have/,
    tool: 'max_output: 1KiB',
  },
  {
    name: 'a whole answer over the cap',
    reply: plain(200, { choices: [{ message: { content: 'x'.repeat(5000) } }] }),
    type: 'invalid_response',
    says: /more than an answer may have/,
    tool: 'max_output: 1KiB',
  },
];

/** Broken connections. */
export const CONNECTIONS: Fault[] = [
  { name: 'a connection that is closed', reply: ({ destroy }) => destroy(), type: 'connection' },
  { name: 'a connection that is reset', reply: ({ reset }) => reset(), type: 'connection', says: /reset/ },
  { name: 'no answer at all', reply: () => undefined, type: 'timeout', phase: 'first_output', tool: SHORT },
  {
    name: 'no end in time',
    reply: async ({ head, write, gone }) => {
      head(200, SSE);
      let left = false;
      void gone.then(() => {
        left = true;
      });
      while (!left) {
        await write(frame(HALF[1]));
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    type: 'timeout',
    phase: 'attempt',
    tool: 'timeout: 400ms',
  },
];
