import { backoff } from './backoff.js';
import { map, oneOrMore, partial, texts, word } from './containers.js';
import { count, duration, oneOf, size, text } from './kinds.js';

/** Keys that every kind of tool has; the default of `timeout` depends on the kind. */
export const COMMON = {
  kind: oneOf(
    '`command`: a subprocess; `http`: a provider API; `mock`: answers from this config; `custom`: run by a program that uses the library',
    ['command', 'http', 'mock', 'custom'],
  )
    .default('command')
    .notResolved(),
  models: texts('Models that the tool can run; `"*"` passes any id on').placed().soughtAs('model'),
  billing: oneOf(
    'Who pays: `api` per token, `subscription` a flat fee, `free` nothing is paid, `auto` api when its key is set, or when it names no key and its models have prices, else subscription',
    ['api', 'subscription', 'free', 'auto'],
  )
    .default('auto')
    .floor('own'),
  install_hint: text('What to run when the tool is missing'),
  timeout: duration('Bounds one attempt'),
  retry: partial('Retries of this tool, over those of the policy', backoff),
  concurrency: count('Runs at once, over all processes [unlimited]').placed().floor('least'),
  rate_limit: map('How often the tool may be started, over all processes', {
    requests_per_minute: count('Requests in a minute [unlimited]')
      .placed()
      .named('perMinute')
      .formerly('max_requests_per_minute')
      .floor('least'),
    requests_per_hour: count('Requests in an hour [unlimited]').placed().named('perHour').floor('least'),
    queue: count('How many may wait for their turn, also for that of `concurrency`', { min: 0 }).default(100),
  }),
};

export const idleTimeout = duration('Ends an attempt that shows nothing for so long');

export const maxOutput = size('The most output that is read; of an HTTP tool, the most text of an answer')
  .default('64MiB')
  .floor('least');

export const apiKeyEnv = oneOrMore(
  'Variable that holds the API key, or a list, of which the first that is set counts; an HTTP tool sends it. With `billing: auto` one that is set means metered billing, with `billing: subscription` a command tool does not inherit it',
  word(),
).sends();
