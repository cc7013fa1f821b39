import { chatEvents, messageEvents, plain, stream } from '../../rig/provider.js';
import { anthropic, type Fault } from './fault.js';

/** Invalid answers. */
export const ANSWERS: Fault[] = [
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
    reply: ({ head, end }) => {
      head(200, { 'content-type': 'application/json' });
      end('{"choices":[{"mess');
    },
    type: 'invalid_response',
    says: /no JSON/,
  },
  {
    name: '200 with an error',
    reply: plain(200, { error: { code: 429, message: 'upstream is rate limited' } }),
    type: 'rate_limit',
  },
  {
    name: '200 with an error of Anthropic',
    api: 'anthropic-messages',
    reply: plain(200, anthropic('overloaded_error', 'Overloaded')),
    type: 'overloaded',
  },
  { name: 'no choices', reply: plain(200, { model: 'm', choices: [] }), type: 'invalid_response' },
  {
    name: 'null for a content',
    reply: plain(200, {
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: null }, finish_reason: 'stop' }],
    }),
    type: 'invalid_response',
    says: /an empty answer/,
  },
  {
    name: 'blanks for an answer',
    reply: stream(chatEvents([' ', '\n'])),
    type: 'invalid_response',
    says: /an empty answer/,
  },
  {
    name: 'thoughts that took every token',
    reply: plain(200, {
      choices: [{ index: 0, message: { content: '', reasoning_content: 'hm' }, finish_reason: 'length' }],
    }),
    type: 'invalid_response',
    more: { hint: 'its thoughts took every token: raise `max_tokens`' },
  },
  {
    name: 'a content filter',
    reply: stream(chatEvents(['I will '], { finish: 'content_filter' })),
    type: 'refused',
  },
  {
    name: 'a refusal in an answer',
    reply: plain(200, {
      choices: [{ index: 0, message: { content: null, refusal: 'I cannot help' }, finish_reason: 'stop' }],
    }),
    type: 'refused',
    says: /I cannot help/,
  },
  {
    name: 'a refusal of Anthropic',
    api: 'anthropic-messages',
    reply: stream(messageEvents(['I '], { stop: 'refusal' })),
    type: 'refused',
  },
  {
    name: 'a turn that paused',
    api: 'anthropic-messages',
    reply: stream(messageEvents(['wait'], { stop: 'pause_turn' })),
    type: 'provider_error',
  },
  {
    name: 'a body that is cut off',
    reply: async ({ head, write, destroy }) => {
      head(200, { 'content-type': 'application/json', 'content-length': '900' });
      await write('{"choices":');
      destroy();
    },
    type: 'invalid_response',
    says: /broke off/,
  },
];
