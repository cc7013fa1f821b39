import { figure, isReached, type Row, spreadOf, targetOf } from '../bench/table.mjs';
import { table as tableLines } from '../tool-pages/markdown.js';
import type { Group, Recorded } from './recorded.js';

/** What has been shown, as `group id`, and what could not be. */
export interface Shown {
  ids: Set<string>;
  trouble: string[];
}

/** The rows whose ids match one of the patterns; all without a pattern. */
export function rowsTable(group: Group, patterns: readonly string[], shown: Shown): string {
  const wanted = patterns.length === 0 ? ['*'] : patterns;
  const rows = wanted.flatMap((pattern) => matching(group, pattern, shown));
  const isAlone = rows.every(({ beside }) => beside === null);
  const hasTargets = rows.some(({ target }) => target !== null);
  const head = [
    'what',
    'ours',
    ...(isAlone ? ['quartiles'] : ['beside', 'theirs', 'ratio (quartiles)']),
    ...(hasTargets ? ['target'] : []),
  ];
  const cells = rows.map((row) => [
    row.title,
    withUnit(row.ours, row),
    ...(isAlone ? [spreadOf(row)] : [row.beside ?? '', withUnit(row.theirs, row), ratioText(row)]),
    ...(hasTargets ? [targetOf(row)] : []),
  ]);
  return table(head, cells);
}

/** One kind of figure on several Nodes: a column for each beginning of ids (`node20,node22`), a row for each end (`*.cpu`). */
export function gridTable(group: Group, [columns = '', ...ends]: readonly string[], shown: Shown): string {
  const names = columns.split(',');
  const known = names.filter((name) => !isMissing(group, `${name}.`));
  const rows = ends.flatMap((end) => {
    const byColumn = known.map((name) => matching(group, `${name}.${end}`, shown));
    const first = byColumn[0] ?? [];
    return first.map((row, index) => [
      `${row.title}${row.beside === null ? '' : `, beside ${row.beside}`}`,
      ...names.map((name) => cellOf(byColumn[known.indexOf(name)]?.[index])),
    ]);
  });
  return table(['what', ...names.map((name) => name.replace(/^node/, 'Node '))], rows);
}

/** Every target that is missed; figures of quick runs tell nothing about it. */
export function missedList(recorded: Recorded): string {
  const groups = recorded.groups.filter(({ quick }) => !quick);
  const missed = groups.flatMap(({ name, rows }) =>
    rows
      .filter((row) => isReached(row) === false)
      .map((row) => [`\`${name} ${row.id}\``, row.title, measured(row), targetOf(row)]),
  );
  const all = groups.flatMap(({ rows }) => rows).filter(({ target }) => target !== null).length;
  const sum = `${all - missed.length} of ${all} targets are reached.`;
  if (missed.length === 0) return sum;
  return `${sum} These are missed:\n\n${table(['id', 'what', 'measured', 'target'], missed)}`;
}

function matching(group: Group, pattern: string, shown: Shown): Row[] {
  const [before = '', after] = pattern.split('*');
  const fits = (id: string) =>
    after === undefined ? id === pattern : id.startsWith(before) && id.endsWith(after);
  const rows = group.rows.filter(({ id }) => fits(id));
  for (const { id } of rows) shown.ids.add(`${group.name} ${id}`);
  if (rows.length === 0 && !isMissing(group, pattern))
    shown.trouble.push(`no row of \`${group.name}\` matches \`${pattern}\``);
  return rows;
}

/** Whether the run said why it has no such rows. */
function isMissing({ missing }: Group, pattern: string): boolean {
  const [before = ''] = pattern.split('*');
  return missing.some(({ id }) => pattern.startsWith(id) || (before !== '' && id.startsWith(before)));
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return tableLines(head, rows).join('\n');
}

function cellOf(row: Row | undefined): string {
  if (row === undefined) return 'not measured';
  const missed = isReached(row) === false ? `, target ${figure(row.target)} missed` : '';
  return `${withUnit(row.ours, row)}: ${ratioText(row)}${missed}`;
}

function measured(row: Row): string {
  return row.targetOf.endsWith('ratio') ? ratioText(row) : withUnit(row.ours, row);
}

function ratioText(row: Row): string {
  if (row.ratio === null) return '';
  return `${figure(row.ratio)} x${row.spread === null ? '' : ` (${spreadOf(row)})`}`;
}

function withUnit(value: number | null, { unit }: Row): string {
  return value === null ? '' : `${figure(value)} ${unit}`.trim();
}
