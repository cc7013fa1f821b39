import { child, entriesOf, isTree, type Tree } from '../tree.js';
import { compact, type Draft, leftOver, type Note, numberOf, textsOf, validName } from './draft.js';

/** Sections inside of `policies` that are no policies. */
const SECTIONS = ['cost_optimization', 'rate_limiting', 'model_selection', 'enforcement', 'team_budget'];

const KNOWN = [
  ...['daily_budget_usd', 'monthly_budget_usd', 'limit', 'alert_threshold_percent', 'block_over_budget'],
  ...['prefer_cheaper_models_under_tokens', 'auto_fallback_on_rate_limit', 'log_prompts', 'log_metadata'],
  ...['require_justification_over_usd', 'allowed_models', 'cost_optimization', 'timezone'],
];

/** Converts `policies`, and what stood beside or inside of it, into policies of version 1. */
export function convertPolicies(section: unknown, lifted: Tree): Draft {
  const entries = entriesOf(section).filter(([key]) => !SECTIONS.includes(key));
  const flat = Object.fromEntries(entries.filter(([, value]) => !isTree(value) || value === null));
  const limit = entries.filter(([key, value]) => key === 'limit' && isTree(value));
  const named = entries.filter(([key, value]) => key !== 'limit' && isTree(value));
  const own = named.find(([name]) => name === 'default')?.[1];
  const base = { ...flat, ...Object.fromEntries(limit), ...(isTree(own) ? own : {}) };
  const others = named.filter(([name]) => name !== 'default');
  const policies = [['default', base] as const, ...others].map(([was, policy]) => {
    const name = validName(was);
    const isDefault = name === 'default';
    return { name, ...convertPolicy(name, isTree(policy) ? policy : {}, isDefault ? lifted : {}) };
  });
  return {
    value: compact(Object.fromEntries(policies.map(({ name, value }) => [name, value]))),
    notes: [...policies.flatMap(({ notes }) => notes), ...liftedNotes(lifted)],
  };
}

function convertPolicy(name: string, policy: Tree, lifted: Tree): Draft {
  const path = ['policies', name];
  const cost = child(policy, 'cost_optimization') ?? child(lifted, 'cost_optimization');
  const under = numberOf(child(policy, 'prefer_cheaper_models_under_tokens'));
  const allowed = textsOf(
    child(policy, 'allowed_models') ?? child(child(lifted, 'model_selection'), 'allowed_models'),
  );
  const denied = textsOf(child(child(lifted, 'model_selection'), 'denied_models'));
  const budgets = budgetsOf(name, policy, lifted);
  const isHard = budgets.some((one) => child(one, 'per_request_usd') !== undefined);
  const value = compact({
    budget: budgets,
    cost_optimization: {
      simple_task_threshold_tokens: numberOf(child(cost, 'simple_task_threshold_tokens')) ?? under,
      simple_task_models: textsOf(child(cost, 'simple_task_models')),
      complex_task_models: textsOf(child(cost, 'complex_task_models')),
    },
    auto_fallback_on_rate_limit: flagOf(child(policy, 'auto_fallback_on_rate_limit')),
    governance: { allowed_models: allowed, denied_models: denied },
    privacy: { log_prompts: flagOf(child(policy, 'log_prompts')) },
    require_justification_over_usd: numberOf(child(policy, 'require_justification_over_usd')),
  });
  return { value, notes: [...policyNotes(path, policy, { cost, isHard }), ...leftOver(policy, KNOWN, path)] };
}

function policyNotes(
  path: string[],
  policy: Tree,
  { cost, isHard }: { cost: unknown; isHard: boolean },
): Note[] {
  const needsModels =
    child(policy, 'prefer_cheaper_models_under_tokens') !== undefined &&
    textsOf(child(cost, 'simple_task_models')).length === 0;
  const timezone = child(policy, 'timezone') ?? 'UTC';
  return [
    ...(needsModels
      ? [
          {
            path,
            text: 'name the cheaper models in `cost_optimization.simple_task_models`: before, they were guessed',
          },
        ]
      : []),
    ...(child(policy, 'log_metadata') === false
      ? [{ path, text: '`log_metadata: false`: `traces: { enabled: false }` keeps no traces' }]
      : []),
    ...(isHard
      ? [{ path, text: 'a hard budget needs `per_request_usd`: the whole budget, until you set less' }]
      : []),
    ...(timezone === 'UTC'
      ? []
      : [{ path, text: `days and months are those of UTC now, not of ${timezone}` }]),
  ];
}

function budgetsOf(name: string, policy: Tree, lifted: Tree): Tree[] {
  const limit = limitOf(policy, child(lifted, 'enforcement'));
  const own = budget(name === 'default' ? 'global' : 'policy', policy, limit);
  const team = child(lifted, 'team_budget');
  return [...own, ...(isTree(team) ? budget('policy', team, limit) : [])];
}

function budget(scope: string, source: Tree, limit: Tree): Tree[] {
  const dollars = (...keys: string[]): number | undefined =>
    keys.map((key) => numberOf(child(source, key))).find((value) => value !== undefined);
  const amounts = compact({
    daily_usd: dollars('daily_budget_usd', 'daily_usd', 'daily_limit_usd', 'daily'),
    monthly_usd: dollars('monthly_budget_usd', 'monthly_usd', 'monthly_limit_usd', 'monthly'),
  });
  if (Object.keys(amounts).length === 0) return [];
  const cap = limit.type === 'hard' ? (amounts.daily_usd ?? amounts.monthly_usd) : undefined;
  return [compact({ scope, ...amounts, per_request_usd: cap, limit })];
}

/** `block_over_budget` and `alert_threshold_percent` are the older words for `limit`. */
function limitOf(policy: Tree, enforcement: unknown): Tree {
  const first = (key: string): unknown =>
    child(policy, key) ?? child(enforcement, key) ?? child(child(policy, 'limit'), key);
  const type = child(child(policy, 'limit'), 'type');
  const threshold = numberOf(
    child(child(policy, 'limit'), 'threshold_percent') ?? first('alert_threshold_percent'),
  );
  const isHard = first('block_over_budget') === true || type === 'hard';
  return {
    type: isHard ? 'hard' : 'soft',
    threshold_percent:
      threshold === undefined ? undefined : Math.min(100, Math.max(1, Math.round(threshold))),
  };
}

function liftedNotes(lifted: Tree): Note[] {
  const path = ['policies', 'default'];
  const read: Record<string, readonly string[]> = {
    cost_optimization: ['simple_task_threshold_tokens', 'simple_task_models', 'complex_task_models'],
    rate_limiting: ['max_requests_per_minute', 'max_requests_per_hour'],
    model_selection: ['allowed_models', 'denied_models'],
    enforcement: ['alert_threshold_percent', 'block_over_budget'],
    team_budget: [
      ...['daily_budget_usd', 'daily_usd', 'daily_limit_usd', 'daily'],
      ...['monthly_budget_usd', 'monthly_usd', 'monthly_limit_usd', 'monthly'],
    ],
  };
  return entriesOf(lifted).flatMap(([key, section]) =>
    isTree(section) ? leftOver(section, read[key] ?? [], path, `${key}.`) : [],
  );
}

function flagOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
