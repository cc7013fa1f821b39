import type { Path } from './tree.js';

/** Former names of keys, with `*` for names of entries; indexes of lists are left out. */
const FORMER: readonly (readonly [where: string, former: string, now: string])[] = [
  ['policies.*.budget', 'daily_budget_usd', 'daily_usd'],
  ['policies.*.budget', 'monthly_budget_usd', 'monthly_usd'],
  ['policies.*.cost_optimization', 'prefer_cheaper_models_under_tokens', 'simple_task_threshold_tokens'],
  ['tools.*.rate_limit', 'max_requests_per_minute', 'requests_per_minute'],
];

/** What the key at the end of a path is called now; `null` for one that never had another name. */
export function newNameOf(path: Path): string | null {
  const steps = path.filter((step) => typeof step === 'string');
  const key = steps.at(-1);
  const where = steps.slice(0, -1).map((step, index) => (index === 1 ? '*' : step));
  return FORMER.find(([at, former]) => former === key && at === where.join('.'))?.[2] ?? null;
}
