import { map, oneOrMore } from './containers.js';
import { count, oneOf, usd } from './kinds.js';

/** One entry of `budget`: limits of spending that are counted together. */
export const BUDGET = {
  scope: oneOf(
    'What is counted together: all runs of everybody who shares the ledger, all of the user, those of the policy, or those of each agent',
    ['team', 'global', 'policy', 'agent'],
  ).default('global'),
  per_request_usd: usd('The most that one request may cost, in USD').placed().soughtAs('per_request'),
  daily_usd: usd('The most in one day (UTC), in USD').placed().formerly('daily_budget_usd').soughtAs('daily'),
  monthly_usd: usd('The most in one month (UTC), in USD')
    .placed()
    .formerly('monthly_budget_usd')
    .soughtAs('monthly'),
  limit: map('What happens at the limit', {
    type: oneOf('`soft` warns and asks, `hard` blocks', ['soft', 'hard']).default('soft'),
    threshold_percent: count('Share of the limit from which on a soft budget warns', { max: 100 }).default(
      80,
    ),
  }),
};

/** `budget` of a policy. */
export const budget = oneOrMore(
  'Limits of spending: one entry or a list; those of `default` always apply too',
  map('Limits of one scope', BUDGET),
);
