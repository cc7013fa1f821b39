import { at, child, entriesOf, isTree, type Tree } from '../tree.js';
import { flow } from '../yaml-text.js';
import {
  anyValue,
  compact,
  type Draft,
  isFlag,
  isNumber,
  isText,
  isTextList,
  leftOver,
  type Note,
  numberOf,
  overruled,
  renamedNote,
  sameNameNotes,
  type Taken,
  textsOf,
  validName,
} from './draft.js';

const COST: Taken = {
  simple_task_threshold_tokens: isNumber,
  simple_task_models: isTextList,
  complex_task_models: isTextList,
};
const DAILY = ['daily_budget_usd', 'daily_usd', 'daily_limit_usd', 'daily'];
const MONTHLY = ['monthly_budget_usd', 'monthly_usd', 'monthly_limit_usd', 'monthly'];
const AMOUNTS = Object.fromEntries([...DAILY, ...MONTHLY].map((key) => [key, isNumber]));
/** An empty list allowed everything; here it would allow nothing. */
const isAllowed = (value: unknown): boolean => isTextList(value) && textsOf(value).length > 0;

const TAKEN: Taken = {
  ...AMOUNTS,
  limit: { type: (value) => value === 'hard' || value === 'soft', threshold_percent: isNumber },
  alert_threshold_percent: isNumber,
  block_over_budget: isFlag,
  prefer_cheaper_models_under_tokens: isNumber,
  auto_fallback_on_rate_limit: isFlag,
  log_prompts: isFlag,
  log_metadata: isFlag,
  require_justification_over_usd: isNumber,
  allowed_models: isAllowed,
  cost_optimization: COST,
  timezone: isText,
};

/** What is taken over of the sections beside or inside of `policies` that are no policies. */
const LIFTED_KEYS: Taken = {
  cost_optimization: COST,
  rate_limiting: { max_requests_per_minute: anyValue, max_requests_per_hour: anyValue },
  model_selection: { allowed_models: isAllowed, denied_models: isTextList },
  enforcement: { alert_threshold_percent: isNumber, block_over_budget: isFlag },
  team_budget: AMOUNTS,
};

/** Converts `policies`, and what stood beside or inside of it, into policies of version 1. */
export function convertPolicies(section: unknown, lifted: Tree): Draft {
  const entries = entriesOf(section).filter(([key]) => !Object.hasOwn(LIFTED_KEYS, key));
  const flat = Object.fromEntries(entries.filter(([, value]) => !isTree(value) || value === null));
  const limit = entries.filter(([key, value]) => key === 'limit' && isTree(value));
  const named = entries.filter(([key, value]) => key !== 'limit' && isTree(value));
  const own = named.find(([name]) => name === 'default')?.[1];
  const base = { ...flat, ...Object.fromEntries(limit), ...(isTree(own) ? own : {}) };
  const others = named.filter(([name]) => name !== 'default');
  const policies = [['default', base] as const, ...others].map(([was, policy]) => {
    const name = validName(was);
    const isDefault = name === 'default';
    const { value, notes } = convertPolicy(name, isTree(policy) ? policy : {}, isDefault ? lifted : {});
    return { name, value, notes: [...renamedNote(was, name, ['policies', name]), ...notes] };
  });
  const path = ['policies', 'default'];
  const twice = Object.keys({ ...flat, ...Object.fromEntries(limit) }).flatMap((key) =>
    overruled(
      [
        { key: `default.${key}`, value: child(own, key) },
        { key, value: child(section, key) },
      ],
      path,
    ),
  );
  return {
    value: compact(Object.fromEntries(policies.map(({ name, value }) => [name, value]))),
    notes: [
      ...sameNameNotes(
        policies.map(({ name }) => name),
        'policies',
      ),
      ...policies.flatMap(({ notes }) => notes),
      ...twice,
      ...leftOver(lifted, LIFTED_KEYS, path),
    ],
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
  const notes = [
    ...policyNotes(path, policy, { cost, isHard }),
    ...alternatives(policy, lifted).flatMap((values) => overruled(values, path)),
    ...limitNotes(path, policy, { lifted, hasBudget: budgets.length > 0 }),
    ...leftOver(policy, TAKEN, path),
  ];
  return { value, notes };
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

/** Values of the same meaning, the one that holds first. */
function alternatives(policy: Tree, lifted: Tree): { key: string; value: unknown }[][] {
  const cost = child(policy, 'cost_optimization');
  const of = (...keys: string[]) => keys.map((key) => ({ key, value: at(policy, key.split('.')) }));
  const liftedOf = (...keys: string[]) => keys.map((key) => ({ key, value: at(lifted, key.split('.')) }));
  const thresholdOf = cost === undefined ? liftedOf : of;
  const team = (keys: readonly string[]) => liftedOf(...keys.map((key) => `team_budget.${key}`));
  return [
    [
      ...thresholdOf('cost_optimization.simple_task_threshold_tokens'),
      ...of('prefer_cheaper_models_under_tokens'),
    ],
    ...(cost === undefined
      ? []
      : Object.keys(COST).map((key) => [
          { key: 'cost_optimization', value: cost },
          ...liftedOf(`cost_optimization.${key}`),
        ])),
    [...of('allowed_models'), ...liftedOf('model_selection.allowed_models')],
    [
      ...of('limit.threshold_percent', 'alert_threshold_percent'),
      ...liftedOf('enforcement.alert_threshold_percent'),
    ],
    [...of('block_over_budget'), ...liftedOf('enforcement.block_over_budget')],
    of(...DAILY),
    of(...MONTHLY),
    team(DAILY),
    team(MONTHLY),
  ];
}

/** What of the limit is not as it was written. */
function limitNotes(
  path: string[],
  policy: Tree,
  { lifted, hasBudget }: { lifted: Tree; hasBudget: boolean },
): Note[] {
  const limit = child(policy, 'limit');
  const enforcement = child(lifted, 'enforcement');
  const written =
    child(limit, 'threshold_percent') ??
    child(policy, 'alert_threshold_percent') ??
    child(enforcement, 'alert_threshold_percent');
  const blocks = child(policy, 'block_over_budget') ?? child(enforcement, 'block_over_budget');
  const type = child(limit, 'type');
  const threshold = limitOf(policy, enforcement).threshold_percent;
  const contradicts = (blocks === true && type === 'soft') || (blocks === false && type === 'hard');
  return [
    ...(hasBudget || [written, blocks, type].every((one) => one === undefined)
      ? []
      : [
          {
            path,
            text: `has no budget that this could limit: \`limit: ${flow(limitOf(policy, enforcement))}\``,
          },
        ]),
    ...(threshold === undefined || threshold === written
      ? []
      : [{ path, text: `a threshold is a whole number from 1 to 100: ${String(written)} was changed` }]),
    ...(contradicts
      ? [
          {
            path,
            text: `\`block_over_budget: ${blocks}\` and \`limit.type: ${type}\` contradict: the limit is hard`,
          },
        ]
      : []),
  ];
}

function budgetsOf(name: string, policy: Tree, lifted: Tree): Tree[] {
  const limit = limitOf(policy, child(lifted, 'enforcement'));
  const own = budget(name === 'default' ? 'global' : 'policy', policy, limit);
  const team = child(lifted, 'team_budget');
  return [...own, ...(isTree(team) ? budget('policy', team, limit) : [])];
}

function budget(scope: string, source: Tree, limit: Tree): Tree[] {
  const dollars = (keys: readonly string[]): number | undefined =>
    keys.map((key) => numberOf(child(source, key))).find((value) => value !== undefined);
  const amounts = compact({
    daily_usd: dollars(DAILY),
    monthly_usd: dollars(MONTHLY),
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

function flagOf(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
