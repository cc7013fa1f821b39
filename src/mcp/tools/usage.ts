import { dayOf } from '../../domain/calendar.js';
import { failure } from '../../domain/failure.js';
import { err, ok } from '../../domain/result.js';
import type { LedgerTrouble } from '../../ledger/ledger.js';
import type { BudgetLine } from '../../reports/budget-line.js';
import { budgetReport } from '../../reports/budgets.js';
import { usageReport } from '../../reports/usage-report.js';
import { withConfig } from '../service.js';
import type { McpTool } from '../tool.js';

export const usage: McpTool = {
  name: 'usage',
  title: 'Show what was spent',
  description:
    'Shows what this project has spent today, and of every budget its limit, what is used, reserved and left, and when it begins anew. Look here before much work is handed out.',
  annotations: { readOnlyHint: true, openWorldHint: false },
  call: ({ service }) =>
    withConfig(service, async ({ config, ledger, projectDir }) => {
      const project = projectDir ?? '';
      const day = dayOf(ledger.now());
      const budgets = await budgetReport(config, ledger, project);
      if (!budgets.ok) return err(failureOf(budgets.error));
      const query = {
        since: day,
        until: day,
        period: 'day' as const,
        by: [],
        filter: { project: { folder: project } },
      };
      const report = await usageReport(ledger, query);
      if (!report.ok) return err(failureOf(report.error));
      const { invocations, cost_usd } = report.value.total;
      const data = { today: { runs: invocations, usd: cost_usd }, budgets: budgets.value };
      const head = `Runs of this project today: ${invocations}, ${money(cost_usd)}.`;
      const lines = budgets.value.length === 0 ? ['No budget applies here.'] : budgets.value.map(textOf);
      return ok({ texts: [[head, ...lines].join('\n')], data });
    }),
};

function failureOf({ message, hint }: LedgerTrouble) {
  return failure('input', message, { hint });
}

function textOf({ scope, name, window, ...line }: BudgetLine): string {
  const what =
    scope === 'global' ? 'all runs' : scope === 'team' ? 'the team' : `${scope} ${name ?? '(none)'}`;
  const { limit_usd, used_usd, reserved_usd, left_usd, limit_type, resets_at } = line;
  const sums = `${money(used_usd)} used, ${money(reserved_usd)} reserved, ${money(left_usd)} left of ${money(limit_usd)}`;
  return `- ${what}, ${window}, ${limit_type}: ${sums}; anew at ${resets_at}`;
}

function money(usd: number): string {
  return `$${usd.toFixed(4)}`;
}
