import type { UsageLine } from '../reports/usage-line.js';
import type { UsageReport, UsageTable } from '../reports/usage-report.js';
import { csvLines } from './csv.js';

/** The columns of every line after its keys, in their order. Scripts rely on it: a new one comes at the end. */
export const USAGE_COLUMNS = [
  'invocations',
  'failures',
  'failure_types',
  'fallbacks',
  'attempts',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_tokens',
  'total_tokens',
  'without_tokens',
  'cost_usd',
  'list_usd',
  'without_price',
  'attempts_without_price',
  'p50_ms',
  'p95_ms',
  'preferred_usd',
  'saved_usd',
  'not_compared',
  'calls',
] as const satisfies readonly (keyof UsageLine)[];

/** The report as one JSON document. */
export function usageJson({ tables, ...report }: UsageReport): object {
  return {
    version: 1,
    ...report,
    total: lineOf(report.total),
    tables: tables.map(({ by, rows }) => ({
      by,
      rows: rows.map((row) => ({ ...row.keys, ...lineOf(row) })),
    })),
  };
}

function lineOf(line: UsageLine): object {
  return Object.fromEntries(USAGE_COLUMNS.map((column) => [column, line[column]]));
}

/** A table as CSV (RFC 4180, lines end in LF): its keys, then the columns. An empty cell is unknown. */
export function usageCsv({ by, rows }: UsageTable): string {
  const lines = [
    [...by, ...USAGE_COLUMNS],
    ...rows.map((row) => [
      ...by.map((key) => row.keys[key] ?? ''),
      ...USAGE_COLUMNS.map((column) => cellOf(row[column])),
    ]),
  ];
  return csvLines(lines);
}

function cellOf(value: UsageLine[keyof UsageLine]): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  return Object.entries(value)
    .map(([type, count]) => `${type}=${count}`)
    .join(' ');
}
