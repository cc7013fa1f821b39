import type { Paint } from '../diagnostics/render.js';
import { toMicroUsd } from '../domain/cost.js';
import { dollars } from '../domain/money.js';
import type { DayReport, Share } from '../router/daily-report.js';
import { renderTable } from './table.js';

/** One day as a person reads it. */
export function dailyScreen(report: DayReport, paint: Paint): string {
  const { invocations, cost_usd: cost } = report;
  const average = invocations === 0 ? 0 : cost / invocations;
  const sums = renderTable(
    ['', '', '', ''].map((title) => ({ title })),
    [
      ['  invocations', count(invocations), '  tokens', count(report.tokens)],
      ['  cost', money(cost), '  average', money(average)],
    ],
    Number.POSITIVE_INFINITY,
  );
  return [
    paint.bold(`Daily usage ${report.day} (UTC)`),
    sums.trimStart().replace(/^/, '  '),
    ...remarks(report).map((remark) => `  ${remark}`),
    ...shares('By agent', report.by_agent, report, paint),
    ...shares('By model', report.by_model, report, paint),
    ...shares('By tool', report.by_tool, report, paint),
  ].join('\n');
}

/** What is unknown or went wrong is said apart, and never part of a sum. */
function remarks(report: DayReport): string[] {
  const { failures, without_price: unpriced, interrupted } = report;
  return [
    ...(failures === 0 ? [] : [`${plural(failures, 'failure')}`]),
    ...(unpriced === 0 ? [] : [`${plural(unpriced, 'invocation')} without a price`]),
    ...(interrupted.attempts === 0
      ? []
      : [`${plural(interrupted.attempts, 'run')} cut off, counted as ${money(interrupted.counted_usd)}`]),
  ];
}

function shares(
  title: string,
  list: readonly Share[],
  { cost_usd: whole }: DayReport,
  paint: Paint,
): string[] {
  const rows = list.map(({ name, invocations, cost_usd: cost }) => [
    `  ${name ?? '-'}`,
    count(invocations),
    money(cost),
    whole === 0 ? '' : `${Math.round((cost * 100) / whole)}%`,
  ]);
  const columns = [
    { title: '' },
    { title: '', align: 'right' as const },
    { title: '', align: 'right' as const },
    { title: '', align: 'right' as const },
  ];
  const [, ...lines] = renderTable(columns, rows, Number.POSITIVE_INFINITY).split('\n');
  return [paint.bold(title), ...lines];
}

function money(usd: number): string {
  return dollars(toMicroUsd(usd));
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function plural(value: number, word: string): string {
  return `${count(value)} ${word}${value === 1 ? '' : 's'}`;
}
