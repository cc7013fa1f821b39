import { frame, plain, responseEvents, stream } from '../../rig/provider.js';
import { type Fault, openai, SSE } from './fault.js';
import { RESPONSES } from './protocol.js';
import { sharedFaults } from './shared.faults.js';

/** The first events of an unfinished answer. */
const HALF = responseEvents(['half of an ', 'answer']).slice(0, 5);

/** The last event of an answer that failed. */
const failed = (code: string, message: string) => ({
  type: 'response.failed',
  response: { id: 'resp_1', status: 'failed', error: { code, message }, output: [] },
});

const OWN: Fault[] = [
  {
    name: 'an error event',
    reply: stream([
      ...HALF,
      { type: 'error', code: 'rate_limit_exceeded', message: 'Try again in 9s', param: null },
    ]),
    type: 'rate_limit',
    says: /in the middle of its answer: Try again in 9s/,
    more: { retryAfterMs: 9000 },
  },
  {
    name: 'an error event with an error inside',
    reply: stream([...HALF, { type: 'error', error: { code: 'insufficient_quota', message: 'no money' } }]),
    type: 'quota',
  },
  {
    name: 'an error event without a name',
    reply: ({ head, end }) => {
      head(200, SSE);
      end(`data: ${JSON.stringify({ type: 'error', code: 'server_error', message: 'boom' })}\n\n`);
    },
    type: 'provider_error',
    says: /boom/,
  },
  {
    name: 'a failed answer',
    reply: stream([...HALF, failed('server_error', 'The model produced invalid content.')]),
    type: 'provider_error',
    says: /invalid content/,
  },
  {
    name: 'a failed answer over a limit',
    reply: stream([
      ...HALF,
      failed('rate_limit_exceeded', 'Request too large on tokens per min (TPM). Try again in 1m2.5s.'),
    ]),
    type: 'rate_limit',
    more: { retryAfterMs: 62_500 },
  },
  {
    name: 'a failed answer over the window',
    reply: stream([
      ...HALF,
      failed('context_length_exceeded', 'Your input exceeds the context window of this model.'),
    ]),
    type: 'context_too_large',
  },
  {
    name: 'a failed answer for a policy',
    reply: stream([...HALF, failed('bio_policy', 'not about this')]),
    type: 'refused',
  },
  {
    name: 'a failed answer for an odd prompt',
    reply: stream([...HALF, failed('invalid_prompt', 'flagged')]),
    type: 'refused',
  },
  {
    name: 'a failed answer without a reason',
    reply: stream([...HALF, { type: 'response.failed', response: { status: 'failed', error: null } }]),
    type: 'provider_error',
    says: /`failed`/,
  },
  {
    name: 'a failed answer in one piece',
    reply: plain(200, { status: 'failed', error: { code: 'server_error', message: 'boom' } }),
    type: 'provider_error',
    says: /boom/,
  },
  {
    name: 'an answer that was cancelled',
    reply: stream([...HALF, { type: 'response.cancelled', response: { status: 'cancelled' } }]),
    type: 'provider_error',
    says: /`cancelled`/,
  },
  {
    name: 'an answer that only began',
    reply: plain(200, { id: 'resp_1', status: 'queued', error: null, output: [] }),
    type: 'invalid_response',
    says: /before it was complete/,
  },
  {
    name: 'an answer that is incomplete for no reason',
    reply: stream([
      ...HALF,
      { type: 'response.incomplete', response: { status: 'incomplete', incomplete_details: null } },
    ]),
    type: 'provider_error',
  },
  {
    name: 'a refusal as it comes',
    reply: stream([
      ...HALF.slice(0, 3),
      { type: 'response.refusal.delta', output_index: 1, delta: 'I cannot ' },
      { type: 'response.refusal.delta', output_index: 1, delta: 'help' },
      { type: 'response.completed', response: { status: 'completed', error: null, output: [] } },
    ]),
    type: 'refused',
    says: /I cannot help/,
  },
  {
    name: 'a refusal in one piece',
    reply: plain(200, {
      status: 'completed',
      error: null,
      output: [{ type: 'message', content: [{ type: 'refusal', refusal: 'I cannot help' }] }],
    }),
    type: 'refused',
    says: /I cannot help/,
  },
  {
    name: 'no output',
    reply: plain(200, { status: 'completed', error: null, output: [] }),
    type: 'invalid_response',
    says: /an empty answer/,
  },
  {
    name: 'a stream that ends with [DONE] alone',
    reply: ({ head, end }) => {
      head(200, SSE);
      end([...HALF, '[DONE]'].map(frame).join(''));
    },
    type: 'invalid_response',
    says: /before it was complete/,
  },
  {
    name: '429 for good',
    reply: plain(429, openai('You exceeded your current quota', { code: 'insufficient_quota' })),
    type: 'quota',
  },
  {
    name: '401',
    reply: plain(401, openai('Incorrect API key provided', { code: 'invalid_api_key' })),
    type: 'authentication',
    more: { hint: 'check the key in `API_KEY`' },
  },
  {
    name: '400 of a model',
    reply: plain(400, openai("The requested model 'm' does not exist.", { code: 'model_not_found' })),
    type: 'model_not_found',
  },
  {
    name: '400 of a long prompt',
    reply: plain(400, openai('too long', { code: 'context_length_exceeded' })),
    type: 'context_too_large',
  },
  {
    name: '400 of a small limit',
    reply: plain(
      400,
      openai("Invalid 'max_output_tokens': integer below minimum value.", {
        code: 'integer_below_min_value',
        param: 'max_output_tokens',
      }),
    ),
    type: 'invalid_request',
    says: /below minimum/,
  },
  {
    name: '400 of an answer that is gone',
    reply: plain(
      404,
      openai("Previous response with id 'resp_0' not found.", { code: 'previous_response_not_found' }),
    ),
    type: 'invalid_request',
    more: {
      hint: 'the provider does not keep that answer any more; send the whole conversation as a prompt',
    },
  },
];

/** The faults of OpenAI Responses. */
export const RESPONSES_FAULTS: Fault[] = [
  ...sharedFaults(RESPONSES),
  ...OWN.map((fault) => ({ api: 'openai-responses' as const, ...fault })),
];
