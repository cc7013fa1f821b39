import type { Paint } from '../diagnostics/paint.js';
import { widthOf } from '../diagnostics/width.js';
import { daysBetween, periodStart } from '../domain/calendar.js';
import type { UsageReport, UsageRow, UsageTable } from '../reports/usage-report.js';
import { type Column, renderTable } from './table.js';
import { bar, sparkline } from './usage-bars.js';
import { costWords, latencyWords, money, share, tokenWords } from './usage-words.js';
import { countText, plural } from './words.js';
import { labelled } from './wrap.js';

/** How a report may look. */
export interface Look {
  paint: Paint;
  /** Characters of a line; infinite in a pipe. */
  width: number;
  /** Bars and sparklines are for terminals. */
  bars: boolean;
}

/** A general report for people: the sums, then their parts by agent, tool and model. */
export function usageScreen(report: UsageReport, look: Look): string {
  const [periods, ...others] = report.tables;
  const isLong = periods !== undefined && periods.rows.length > 1;
  const shown = others.filter(({ by, rows }) => by[0] !== 'day' && rows.length > 0);
  return [
    look.paint.bold(titleOf(report)),
    ...sumLines(report, look),
    ...(isLong ? block(periods, report, look) : []),
    ...inPairs(
      shown.map((table) => block(table, report, look)),
      look.width,
    ),
  ].join('\n');
}

const NAMES = { day: 'Daily', week: 'Weekly', month: 'Monthly' } as const;

/** `Daily usage 2026-11-20 (UTC)`; a stretch of several periods by its first and last day. */
function titleOf({ since, until, period }: UsageReport): string {
  const isOne = periodStart(period, since) === since && periodStart(period, until) === since;
  if (isOne && period === 'month') return `Monthly usage ${since.slice(0, 7)} (UTC)`;
  if (isOne && since === until) return `${NAMES[period]} usage ${since} (UTC)`;
  return `${isOne ? `${NAMES[period]} usage` : 'Usage'} ${since} to ${until} (UTC)`;
}

function sumLines(report: UsageReport, { bars, paint, width }: Look): string[] {
  const { total } = report;
  const average = total.invocations === 0 ? 0 : total.cost_usd / total.invocations;
  const sums = renderTable(
    [{ title: '' }, { title: '' }, { title: '' }, { title: '' }],
    [
      ['invocations', countText(total.invocations), '  tokens', tokenWords(total)],
      [
        'cost',
        costWords(total),
        '  average',
        total.without_price === 0 ? money(average) : `${money(average)}+?`,
      ],
    ],
    Number.POSITIVE_INFINITY,
  );
  const days = report.tables.find(({ by }) => by[0] === 'day');
  const line = bars && days !== undefined && report.since !== report.until ? dayLine(report, days) : '';
  return [
    ...sums.split('\n').slice(1),
    ...savedLine(report),
    ...(total.p50_ms === null
      ? []
      : [`latency      p50 ${latencyWords(total.p50_ms)}, p95 ${latencyWords(total.p95_ms)}`]),
    ...(total.failures === 0 ? [] : [`failures     ${failureWords(report)}`]),
    ...(total.fallbacks === 0
      ? []
      : [`fallbacks    ${countText(total.fallbacks)} (${share(total.fallbacks, total.invocations)})`]),
    ...(line === '' ? [] : [`by day       ${paint.hint(line)}`]),
    ...remarks(report),
  ].flatMap((text) => hung(`  ${text}`, width));
}

/** Columns of the labels before the sums. */
const LABEL = 15;

/** A line whose label stands alone where it is broken. */
function hung(line: string, width: number): string[] {
  const isLabelled = /^ {2}\S+ {2,}\S/.test(line);
  return isLabelled && widthOf(line) > width
    ? labelled(line.slice(0, LABEL), line.slice(LABEL), { indent: LABEL, width })
    : [line];
}

function savedLine({ total }: UsageReport): string[] {
  const { saved_usd: saved, preferred_usd: preferred, not_compared: unknown } = total;
  if (saved === null || preferred === null) return [];
  const part = preferred === 0 ? '' : ` (${share(saved, preferred)})`;
  const rest = unknown === 0 ? '' : `; ${plural(unknown, 'invocation')} cannot be compared`;
  return [`saved        ${money(saved)}${part} against the preferred models${rest}`];
}

/** `3 (6%): rate_limit 2, timeout 1` */
function failureWords({ total }: UsageReport): string {
  const types = Object.entries(total.failure_types)
    .sort(([, a], [, b]) => b - a)
    .map(([type, failed]) => `${type} ${countText(failed)}`);
  return `${countText(total.failures)} (${share(total.failures, total.invocations)}): ${types.join(', ')}`;
}

function dayLine({ since, until }: UsageReport, { rows }: UsageTable): string {
  const costs = new Map(rows.map((row) => [row.keys.day, row.cost_usd]));
  return sparkline(daysBetween(since, until).map((day) => costs.get(day) ?? 0));
}

/** What is unknown or was cut off is said apart, and never part of a sum. */
function remarks({ total, interrupted, unpriced }: UsageReport): string[] {
  const counted =
    unpriced.counted_usd === 0 ? '' : `: budgets count what was reserved, ${money(unpriced.counted_usd)}`;
  return [
    ...(total.without_price === 0
      ? []
      : [`${plural(total.without_price, 'invocation')} without a price${counted}`]),
    ...(total.without_tokens === 0
      ? []
      : [`${plural(total.without_tokens, 'invocation')} without token counts`]),
    ...(interrupted.runs === 0
      ? []
      : [`${plural(interrupted.runs, 'run')} cut off, counted as ${money(interrupted.counted_usd)}`]),
  ];
}

const BAR_CELLS = 10;

/** `By agent` and its lines: name, invocations, cost, share of the cost. */
function block({ by, rows }: UsageTable, { total }: UsageReport, { paint, bars }: Look): string[] {
  const [key = 'day'] = by;
  const most = Math.max(...rows.map((row) => row.cost_usd), 0);
  const cells = rows.map((row) => [
    `  ${nameOf(row, key)}`,
    countText(row.invocations),
    ...(isFree(row) ? ['free', ''] : [costWords(row), share(row.cost_usd, total.cost_usd)]),
    ...(bars ? [bar(row.cost_usd, most, BAR_CELLS)] : []),
  ]);
  const columns: Column[] = [
    { title: '', least: 12 },
    { title: '', align: 'right' },
    { title: '', align: 'right' },
    { title: '', align: 'right' },
    ...(bars ? [{ title: '', paint: paint.hint }] : []),
  ];
  const [, ...lines] = renderTable(columns, cells, BLOCK_WIDTH).split('\n');
  return ['', paint.bold(`By ${key}`), ...lines];
}

/** The value that the runs of a row share. */
function nameOf({ keys }: UsageRow, key: string): string {
  return keys[key] ?? '(none)';
}

/** Nothing was paid, and nothing is unknown. */
function isFree({ cost_usd, without_price }: UsageRow): boolean {
  return cost_usd === 0 && without_price === 0;
}

/** Two stand side by side on 100 columns. */
const BLOCK_WIDTH = 48;
const BETWEEN = '   ';

function inPairs(blocks: readonly (readonly string[])[], width: number): string[] {
  const [left, right, ...rest] = blocks;
  if (left === undefined) return [];
  if (right === undefined) return [...left];
  const room = Math.max(...left.map(widthOf));
  const together = room + BETWEEN.length + Math.max(...right.map(widthOf));
  if (together > Math.min(width, 2 * BLOCK_WIDTH + BETWEEN.length))
    return [...left, ...right, ...inPairs(rest, width)];
  const lines = Array.from({ length: Math.max(left.length, right.length) }, (_, index) => {
    const text = left[index] ?? '';
    const gap = ' '.repeat(room - widthOf(text));
    return `${text}${gap}${BETWEEN}${right[index] ?? ''}`.trimEnd();
  });
  return [...lines, ...inPairs(rest, width)];
}

/** The table of one grouping, for `--by`. */
export function usageTable(
  { by, rows }: UsageTable,
  total: UsageReport['total'],
  look: Look,
): { columns: Column[]; rows: string[][] } {
  const most = Math.max(...rows.map((row) => row.cost_usd), 0);
  const lines = rows.map((row) => [
    ...by.map((key) => nameOf(row, key)),
    ...figures(row, isFree(row) ? 'free' : costWords(row)),
    bar(row.cost_usd, most, BAR_CELLS),
  ]);
  const sum =
    rows.length > 1
      ? [[...by.map((_, index) => (index === 0 ? 'total' : '')), ...figures(total, costWords(total)), '']]
      : [];
  return { columns: tableColumns(by, look), rows: [...lines, ...sum] };
}

function tableColumns(by: readonly string[], { bars, paint }: Look): Column[] {
  return [
    ...by.map((key) => ({ title: key.toUpperCase(), least: 8 })),
    { title: 'RUNS', align: 'right' },
    { title: 'FAILED', align: 'right' },
    { title: 'FALLBACK', align: 'right', rank: 3 },
    { title: 'TOKENS', align: 'right', rank: 5 },
    { title: 'COST', align: 'right' },
    { title: 'SAVED', align: 'right', rank: 4 },
    { title: 'P50', align: 'right', rank: 2 },
    { title: 'P95', align: 'right', rank: 1 },
    ...(bars ? [{ title: '', rank: 0, paint: paint.hint }] : []),
  ];
}

function figures(line: UsageRow | UsageReport['total'], cost: string): string[] {
  return [
    countText(line.invocations),
    countText(line.failures),
    countText(line.fallbacks),
    tokenWords(line),
    cost,
    line.saved_usd === null ? '-' : money(line.saved_usd),
    latencyWords(line.p50_ms),
    latencyWords(line.p95_ms),
  ];
}
