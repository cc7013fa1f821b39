import { backoff } from './backoff.js';
import { budget } from './budget.js';
import { byName, list, map, partial, texts, undescribed } from './containers.js';
import { FAILURE_TYPES } from './failures.js';
import { count, duration, flag, oneOf, regex, size, usd } from './kinds.js';

const retry = map('Retries of the same candidate', {
  max_retries: backoff.max_retries.default(3),
  max_attempts: count('Attempts of the whole invocation').default(6).floor('least'),
  base_delay: backoff.base_delay.default('1s'),
  multiplier: backoff.multiplier.default(2),
  max_delay: backoff.max_delay.default('32s'),
  jitter: flag('Waits vary by chance, so that many callers do not come back at once').default(true),
  retry_on_contract_violation: flag('An answer that breaks its schema is asked for once more').default(false),
  after_side_effects: flag('Retries and fallbacks even after a tool that may edit has started to work')
    .default(false)
    .floor('least'),
  per_failure: byName(
    'What differs by type of failure [`rate_limit`: 5 retries, unless `max_retries` is set]',
    FAILURE_TYPES,
    (type) => partial(`What differs for \`${type}\``, backoff),
  ),
});

const cooldown = map('When a tool and model are skipped after failures, over all processes', {
  after_failures: count('This many failures').default(3),
  within: duration('In this time').default('60s'),
  for: duration('Are skipped for this long').default('60s'),
});

const costOptimization = map('Cheaper models for simple work', {
  simple_task_threshold_tokens: count('Below this estimated input a task is simple')
    .placed()
    .formerly('prefer_cheaper_models_under_tokens'),
  simple_task_models: texts('Models for simple tasks: the first usable').placed(),
  complex_task_models: texts('Models for other tasks: the first usable; empty: the preferred model').placed(),
});

const recovery = map(
  'What follows a failed attempt: its files in a Git work tree, with access `edit` or `full`, and its session',
  {
    snapshot: oneOf('Whether the files are kept before each attempt', ['auto', 'off']).default('auto'),
    after_failure: oneOf(
      'After a failed attempt that changed files: `stop`; `rollback`: put them back, then retry or fall back; `hand_over`: the next attempt gets the changes and goes on from there',
      ['stop', 'rollback', 'hand_over'],
    ).default('stop'),
    include_ignored: texts('Ignored files that are kept too, as patterns of `.gitignore`').default([]),
    max_new_data: size(
      'The most data of files that Git does not hold yet; with more there is no snapshot',
    ).default('1GiB'),
    resume_at_reset: flag(
      'A run that ended at a limit with a known reset time waits for it and continues the session of its tool, as with `--patience`',
    ).default(false),
    max_wait: duration('The longest wait of `resume_at_reset`').default('12h'),
  },
);

const governance = map('What may be used', {
  allowed_models: texts('Names and globs of models that may be used')
    .default(['*'])
    .placed()
    .floor('intersection'),
  denied_models: texts('Names and globs of models that may not').default([]).placed().floor('union'),
  allowed_tools: texts('Names and globs of tools that may be used')
    .default(['*'])
    .placed()
    .floor('intersection'),
  denied_tools: texts('Names and globs of tools that may not').default([]).placed().floor('union'),
  provider_preference: texts('Providers whose models come first in lists of which the first usable is taken')
    .default([])
    .placed(),
});

/** One entry of `policies`. A policy that is not `default` inherits from it what it does not state. */
export const POLICY = {
  budget: budget.notResolved().floor('union'),
  fail_open: map(
    'What runs under a hard limit may do while the database of a shared ledger cannot be reached',
    {
      up_to_usd: usd(
        'The most that those of this machine may cost together until it is back, in USD; absent: they are refused',
      )
        .placed()
        .floor('least'),
    },
  ),
  cost_optimization: costOptimization,
  retry,
  auto_fallback_on_rate_limit: flag('A rate limit leads to the next candidate at once').default(true),
  cooldown,
  recovery,
  governance,
  privacy: map('What is kept', {
    log_prompts: flag('Prompts and answers go into traces').default(false).floor('least'),
    redact: list(
      'Regular expressions whose matches are masked everywhere',
      undescribed(regex('', { isMask: true })),
    )
      .placed()
      .floor('union'),
  }),
  gateway: oneOf(
    'Whether calls of tools to their providers pass through the router: `auto` under a cap or a hard limit, and where a tool retries by itself; `always`: wherever a tool can; `off`: never',
    ['off', 'auto', 'always'],
  )
    .default('auto')
    .floor('most'),
  require_justification_over_usd: usd('A request that may cost more needs `--justification`, in USD')
    .placed()
    .floor('least'),
  max_children: map('How many nested calls the tool of one run may make', {
    at_once: count('At the same time; others wait in the order of asking').floor('least'),
    in_all: count('In all; others are refused').floor('least'),
  }),
  max_depth: count('How deep calls of the router may be nested', { min: 0 }).default(4).floor('least'),
};
