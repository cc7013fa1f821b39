import type { LedgerPlace } from '../../ledger/open-ledger.js';
import { type RaceQuery, type RaceReport, type RaceRow, raceReport } from '../../reports/race-report.js';
import type { CommandContext } from '../context.js';
import { csvLines } from '../csv.js';
import { ledgerFailure } from '../ledger-place.js';
import { printTable } from '../print-table.js';
import { reportEarly } from '../report.js';
import type { Column } from '../table.js';
import { money } from '../usage-words.js';
import { countText } from '../words.js';

/** The columns of every line after its keys, in their order. Scripts rely on it: a new one comes at the end. */
const RACE_COLUMNS = [
  'races',
  'candidates',
  'judged',
  'passed',
  'pass_rate',
  'cost_usd',
  'without_price',
  'cost_per_pass_usd',
] as const satisfies readonly (keyof RaceRow)[];

/** `stats --races`: how often candidates of races passed, and what a pass costs. */
export async function printRaces(
  context: CommandContext,
  place: LedgerPlace,
  { query, format }: { query: RaceQuery; format: 'table' | 'json' | 'csv' },
): Promise<number> {
  const { output } = context;
  const report = await raceReport(place, query);
  if (!report.ok) return reportEarly(context, { failure: ledgerFailure(report.error) });
  const { by, rows, since, until } = report.value;
  if (format === 'json') await output.file(`${JSON.stringify(documentOf(report.value))}\n`);
  else if (format === 'csv') await output.file(csvOf(report.value));
  else if (rows.length === 0)
    await output.say(`no races ${since === until ? `on ${since}` : `from ${since} to ${until}`}`);
  else await printTable(context, { columns: columnsOf(by), rows: linesOf(report.value), signs: SIGNS });
  return 0;
}

const SIGNS = { '-': 'nothing to compute it from', '+?': 'and a part without a price' };

function documentOf({ rows, total, ...known }: RaceReport): object {
  return {
    version: 1,
    ...known,
    total: valuesOf(total),
    rows: rows.map((row) => ({ ...row.keys, ...valuesOf(row) })),
  };
}

function valuesOf(line: Omit<RaceRow, 'keys'>): object {
  return Object.fromEntries(RACE_COLUMNS.map((column) => [column, line[column]]));
}

function csvOf({ by, rows }: RaceReport): string {
  return csvLines([
    [...by, ...RACE_COLUMNS],
    ...rows.map((row) => [
      ...by.map((key) => row.keys[key] ?? ''),
      ...RACE_COLUMNS.map((column) => String(row[column] ?? '')),
    ]),
  ]);
}

function columnsOf(by: readonly string[]): Column[] {
  return [
    ...by.map((key) => ({ title: key.toUpperCase(), least: 8 })),
    { title: 'RACES', align: 'right' },
    { title: 'TRIED', align: 'right', rank: 1 },
    { title: 'JUDGED', align: 'right', rank: 0 },
    { title: 'PASSED', align: 'right' },
    { title: 'PASS RATE', align: 'right' },
    { title: 'COST', align: 'right' },
    { title: 'PER PASS', align: 'right' },
  ];
}

function linesOf({ by, rows, total }: RaceReport): string[][] {
  const lines = rows.map((row) => [...by.map((key) => row.keys[key] ?? '(none)'), ...figures(row)]);
  if (rows.length < 2) return lines;
  return [...lines, [...by.map((_, index) => (index === 0 ? 'total' : '')), ...figures(total)]];
}

function figures(line: Omit<RaceRow, 'keys'>): string[] {
  const { races, candidates, judged, passed, pass_rate: rate, cost_per_pass_usd: each } = line;
  return [
    countText(races),
    countText(candidates),
    countText(judged),
    countText(passed),
    rate === null ? '-' : `${Math.round(rate * 100)}%`,
    line.without_price === 0 ? money(line.cost_usd) : `${money(line.cost_usd)}+?`,
    each === null ? '-' : money(each),
  ];
}
