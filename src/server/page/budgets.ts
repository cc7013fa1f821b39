import type { BudgetLine } from '../../reports/budget-line.js';
import { card, el, empty, part, setShare } from './dom.js';
import { money, share } from './format.js';
import { timeLeft } from './time.js';

/** Spend against each limit. */
export function budgets(): { node: HTMLElement; show: (lines: readonly BudgetLine[]) => void } {
  const list = el('div', { class: 'rows' });
  const show = part<readonly BudgetLine[]>(list, (lines) =>
    lines.length === 0
      ? [empty('No daily or monthly budget.', 'Set one with `budget` of a policy.')]
      : lines.map(budgetNode),
  );
  return { node: card('Budgets', list), show };
}

function budgetNode(line: BudgetLine): HTMLElement {
  const { limit_usd: limit, used_usd: used, reserved_usd: reserved, left_usd: left, window } = line;
  const level = levelOf(line);
  const rest = left < 0 ? `${money(-left)} over` : `${money(left)} left`;
  return el(
    'div',
    { class: 'budget', 'data-level': level },
    twoSided(el('span', { class: 'strong' }, scopeText(line)), `${money(used)} of ${money(limit)}`),
    bar(line, `${scopeText(line)}, ${window}`),
    el(
      'div',
      { class: 'muted' },
      twoSided(`${window}, ${line.limit_type}`, reserved > 0 ? `${rest}, ${money(reserved)} reserved` : rest),
      twoSided(
        el('span', {}, 'resets in ', timeLeft(line.resets_at)),
        el('span', { class: 'level' }, WORDS[level]),
      ),
    ),
  );
}

function twoSided(left: Node | string, right: Node | string): HTMLElement {
  return el('div', { class: 'line' }, el('span', {}, left), el('span', {}, right));
}

const WORDS = { ok: '', near: 'past its threshold', full: 'used up' } as const;

function levelOf({
  limit_usd: limit,
  used_usd: used,
  reserved_usd: reserved,
  threshold_percent: threshold,
}: BudgetLine) {
  if (used + reserved >= limit) return 'full';
  return (used + reserved) * 100 >= limit * threshold ? 'near' : 'ok';
}

function bar(line: BudgetLine, name: string): HTMLElement {
  const { limit_usd: limit, used_usd: used, reserved_usd: reserved, threshold_percent: threshold } = line;
  const part = (value: number): number => (limit > 0 ? value / limit : value > 0 ? 1 : 0);
  const spent = el('span', { class: 'spent' });
  const held = el('span', { class: 'held' });
  const mark = el('span', { class: 'mark', title: `threshold at ${threshold} %` });
  setShare(spent, 'width', part(used));
  setShare(held, 'left', part(used));
  setShare(held, 'width', Math.min(part(reserved), 1 - Math.min(1, part(used))));
  setShare(mark, 'left', threshold / 100);
  const text = `${share(used, limit)} used${reserved > 0 ? `, ${money(reserved)} reserved` : ''}`;
  return el(
    'div',
    {
      class: 'bar',
      role: 'meter',
      'aria-label': name,
      'aria-valuemin': '0',
      'aria-valuemax': String(limit),
      'aria-valuenow': String(Math.min(limit, used + reserved)),
      'aria-valuetext': text,
      title: text,
    },
    spent,
    held,
    mark,
  );
}

function scopeText({ scope, name }: BudgetLine): string {
  if (scope === 'global') return 'all runs';
  if (scope === 'team') return 'the team';
  return name === null ? 'runs without an agent' : `${scope} ${name}`;
}
