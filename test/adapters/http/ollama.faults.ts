import { expect } from '@jest/globals';
import { lines, ollamaLines, plain } from '../../rig/provider.js';
import type { Fault } from './fault.js';
import { OLLAMA } from './protocol.js';
import { sharedFaults } from './shared.faults.js';

/** The first lines of an unfinished answer. */
const HALF = ollamaLines(['half of an ', 'answer']).slice(0, 2);

const TOO_LONG = 'give less context, or a larger window: `extra_body: { options: { num_ctx: 32768 } }`';

const OWN: Fault[] = [
  {
    name: '404 of a model that is not pulled',
    reply: plain(404, { error: "model 'm' not found" }),
    type: 'model_not_found',
    says: /model 'm' not found/,
    more: { hint: expect.stringMatching(/^`ollama pull m` fetches it, `ollama list` shows what is there/) },
  },
  {
    name: '404 of a model in the words of older versions',
    reply: plain(404, { error: 'model "m" not found, try pulling it first' }),
    type: 'model_not_found',
    more: { hint: expect.stringMatching(/^`ollama pull m` fetches it, `ollama list` shows what is there/) },
  },
  {
    name: '404 of a path',
    reply: plain(404, '404 page not found'),
    type: 'model_not_found',
    more: { hint: expect.stringMatching(/^check the model's `id` in `models`, and `base_url` of the tool/) },
  },
  {
    name: '400 of a long prompt, with an error inside the error',
    reply: plain(400, {
      error: JSON.stringify({
        error: {
          code: 400,
          message:
            'request (8889 tokens) exceeds the available context size (4096 tokens), try increasing it',
          type: 'exceed_context_size_error',
          n_prompt_tokens: 8889,
          n_ctx: 4096,
        },
      }),
    }),
    type: 'context_too_large',
    says: /request \(8889 tokens\) exceeds/,
    more: { hint: TOO_LONG },
  },
  {
    name: '400 of a long prompt without a shift',
    reply: plain(400, {
      error: 'the prompt is longer than the context length currently available to the model',
    }),
    type: 'context_too_large',
    more: { hint: TOO_LONG },
  },
  {
    name: '400 of a model that does not think',
    reply: plain(400, { error: '"m" does not support thinking' }),
    type: 'invalid_request',
    more: { hint: 'set `reasoning_effort: false` for `m` in `models`' },
  },
  {
    name: '401 of the cloud',
    reply: plain(401, { error: 'unauthorized', signin_url: 'https://ollama.com/connect' }),
    type: 'authentication',
    more: { hint: 'log in with `ollama signin`, or name the variable of a key with `api_key_env`' },
  },
  {
    name: '429 of the cloud',
    reply: plain(429, { error: "you've reached your hourly usage limit, please upgrade to continue" }),
    type: 'quota',
  },
  {
    name: '500 of a model over the memory',
    reply: plain(500, {
      error: 'model requires more system memory (5.6 GiB) than is available (3.2 GiB)',
    }),
    type: 'provider_error',
    says: /more system memory/,
  },
  {
    name: '503 of a full queue',
    reply: plain(503, { error: 'server busy, please try again.  maximum pending requests exceeded' }),
    type: 'overloaded',
  },
  {
    name: 'an error line',
    reply: lines([...HALF, { error: 'an error was encountered while running the model' }]),
    type: 'provider_error',
    says: /in the middle of its answer: an error was encountered/,
  },
  {
    name: 'an answer to nothing: the model is only loaded',
    reply: lines([{ model: 'm', message: { content: '' }, done: true, done_reason: 'load' }]),
    type: 'invalid_response',
    says: /an empty answer/,
  },
  {
    name: 'lines without a message',
    reply: lines([{ status: 'pulling manifest' }, { status: 'success' }]),
    type: 'invalid_response',
    says: /before it was complete/,
  },
];

/** The faults of Ollama. */
export const OLLAMA_FAULTS: Fault[] = [
  ...sharedFaults(OLLAMA),
  ...OWN.map((fault) => ({ api: 'ollama' as const, ...fault })),
];
