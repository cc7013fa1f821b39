import { FAILURES } from '../../domain/failure.js';
import { amount, count, duration, fixedKeys, flag, object, oneOf, type Schema, texts } from './parts.js';

const BUDGET_KEYS: Record<string, Schema> = {
  scope: {
    ...oneOf('What is counted together: all runs of the user, those of the policy, or those of each agent', [
      'global',
      'policy',
      'agent',
    ]),
    default: 'global',
  },
  per_request_usd: amount('The most that one request may cost, in USD'),
  daily_usd: amount('The most in one day (UTC), in USD'),
  monthly_usd: amount('The most in one month (UTC), in USD'),
  limit: object('What happens at the limit', {
    type: { ...oneOf('`soft` warns and asks, `hard` blocks', ['soft', 'hard']), default: 'soft' },
    threshold_percent: {
      ...count('Share of the limit from which on a soft budget warns'),
      maximum: 100,
      default: 80,
    },
  }),
};

const budget: Schema = {
  type: ['object', 'array'],
  description: 'Limits of spending: one entry or a list; those of `default` always apply too',
  ...fixedKeys(BUDGET_KEYS),
  items: object('Limits of one scope', BUDGET_KEYS),
};

const RETRY_KEYS: Record<string, Schema> = {
  max_retries: { ...count('More tries of each candidate: 0 is one call', 0), default: 3 },
  max_attempts: { ...count('Attempts of the whole invocation'), default: 6 },
  base_delay: { ...duration('Wait before the first retry'), default: '1s' },
  multiplier: { type: 'number', description: 'Each wait is so many times the last', minimum: 1, default: 2 },
  max_delay: { ...duration('The longest wait'), default: '32s' },
  jitter: flag('Waits vary by chance, so that many callers do not come back at once', true),
  retry_on_contract_violation: flag('An answer that breaks its schema is asked for once more', false),
  after_side_effects: flag(
    'Retries and fallbacks even after a tool that may edit has started to work',
    false,
  ),
};

const PER_FAILURE = ['max_retries', 'base_delay', 'multiplier', 'max_delay'];

const perFailure = Object.fromEntries(
  Object.keys(FAILURES).map((type) => [
    type,
    object(
      `What differs for \`${type}\``,
      Object.fromEntries(Object.entries(RETRY_KEYS).filter(([key]) => PER_FAILURE.includes(key))),
    ),
  ]),
);

const retry = object('Retries of the same candidate', {
  ...RETRY_KEYS,
  per_failure: object('What differs by type of failure', perFailure),
});

const cooldown = object('When a tool and model are left alone after failures, over all processes', {
  after_failures: { ...count('So many failures'), default: 3 },
  within: { ...duration('In such a time'), default: '60s' },
  for: { ...duration('Are left alone for so long'), default: '60s' },
});

/** One entry of `policies`. */
export const policySchema: Schema = {
  type: ['object', 'null'],
  description: 'Rules for agents; `default` applies to all, another policy states only what differs',
  ...fixedKeys({
    budget,
    cost_optimization: object('Cheaper models for simple work', {
      simple_task_threshold_tokens: count('Below this estimated input a task is simple'),
      simple_task_models: texts('Models for simple tasks: the first usable'),
      complex_task_models: texts('Models for other tasks: the first usable; empty: the preferred model'),
    }),
    retry,
    auto_fallback_on_rate_limit: flag('A rate limit leads to the next candidate at once', true),
    cooldown,
    governance: object('What may be used', {
      allowed_models: { ...texts('Names and globs of models that may be used'), default: ['*'] },
      denied_models: { ...texts('Names and globs of models that may not'), default: [] },
      allowed_tools: { ...texts('Names and globs of tools that may be used'), default: ['*'] },
      denied_tools: { ...texts('Names and globs of tools that may not'), default: [] },
      provider_preference: {
        ...texts('Providers whose models come first in lists of which the first usable is taken'),
        default: [],
      },
    }),
    privacy: object('What is kept', {
      log_prompts: flag('Prompts and answers go into traces', false),
      redact: texts('Regular expressions whose matches are masked everywhere'),
    }),
    require_justification_over_usd: amount('A request that may cost more needs `--justification`, in USD'),
    max_depth: { ...count('How deep calls of the router may be nested', 0), default: 4 },
  }),
};
