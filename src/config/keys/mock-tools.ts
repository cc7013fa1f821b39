import { FINISH_REASONS } from '../../domain/attempt.js';
import { COMMON } from './common-tools.js';
import { list, map, undescribed } from './containers.js';
import { FAILURE_TYPES } from './failures.js';
import { anyText, count, duration, oneOf, text } from './kinds.js';

/** One answer of a mock tool. */
export const RESPONSE = {
  text: anyText('The answer; `{prompt}`, `{model}` and `{agent}` are filled in').as((answer) => answer ?? ''),
  deltas: list('Pieces in which the answer is streamed [in one]', undescribed(anyText(''))).orNull(),
  delay: duration('Wait before the answer').as((ms) => ms ?? 0),
  usage: map('Tokens that the tool reports', {
    input_tokens: count('Input tokens', { min: 0 }),
    output_tokens: count('Output tokens', { min: 0 }),
  }).orNull(),
  finish_reason: oneOf('Why the answer ended [stop]', FINISH_REASONS).as((reason) => reason ?? 'stop'),
  failure: map('Fails with this instead of answering', {
    type: oneOf('Type of the failure', FAILURE_TYPES).required(),
    message: text('What the tool says'),
    retry_after: duration('How long the tool asks to wait'),
  })
    .orNull()
    .as(
      (failed) =>
        failed && { ...failed, message: failed.message ?? `the mock fails with \`${failed.type}\`` },
    ),
};

/** Keys of a tool of kind `mock`. */
export const MOCK = {
  ...COMMON,
  timeout: COMMON.timeout.default('15m'),
  responses: list(
    'Answers given in turn, one per attempt; the last one repeats',
    map('One answer of a mock tool', RESPONSE),
    { minItems: 1 },
  ).requiredOnceMerged([]),
};
