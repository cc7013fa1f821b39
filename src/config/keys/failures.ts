import { FAILURES, type FailureType } from '../../domain/failure.js';
import { map, oneOrMore, undescribed } from './containers.js';
import { anyText, integer, oneOf, regex, text } from './kinds.js';
import { filter, timeMention } from './selectors.js';

/** The types of failures that a config can name. */
export const FAILURE_TYPES = Object.keys(FAILURES) as FailureType[];

const conditions = map('What must hold, all of it', {
  exit_code: oneOrMore('Exit code, or a list of them', integer()).orNull().named('exitCodes'),
  signal: text('Name of the signal that ended the tool'),
  status: oneOrMore('HTTP status, or a list of them', integer()).orNull(),
  code: oneOrMore('Code of the error, or a list of them', undescribed(anyText(''))).orNull(),
  error: regex('Regular expression on the error message'),
  stderr: regex('Regular expression on standard error'),
  pointer: filter('Values that stand at these pointers'),
});

/** One entry of `failures` of a command tool. */
export const failureRule = map('Recognises a failure', {
  type: oneOf('Type of the failure', FAILURE_TYPES).required(),
  when: conditions.required(),
  reset_at: timeMention('When the limit resets'),
  retry_after: timeMention('How long to wait before another try'),
  cools: oneOf('What is skipped until then', ['model', 'tool']).default('model'),
  hint: text('What to do about it; shown with the failure'),
});
