import type { CommandContext } from './context.js';
import { type Column, renderTable } from './table.js';

/** What signs in the cells of a table stand for. */
export type Signs = Readonly<Record<string, string>>;

/** Prints a table to stdout; on a terminal as wide as that, with the meaning of its signs below it. */
export async function printTable(
  context: Pick<CommandContext, 'output' | 'world'>,
  {
    columns,
    rows,
    signs,
  }: { columns: readonly Column[]; rows: readonly (readonly string[])[]; signs: Signs },
): Promise<void> {
  const { stdout } = context.world;
  const table = renderTable(columns, rows, stdout.columns || Number.POSITIVE_INFINITY);
  await context.output.data(`${table}\n`);
  if (stdout.isTerminal) await printLegend(context, table, signs);
}

async function printLegend(
  { output }: Pick<CommandContext, 'output'>,
  table: string,
  signs: Signs,
): Promise<void> {
  const legend = legendOf(table, signs);
  if (legend !== null) await output.prose(`${(await output.paint('stdout')).dim(legend)}\n`);
}

/** `-  none, ?  unknown`: the signs that stand in the cells of a rendered table; `null` if there are none. */
export function legendOf(table: string, signs: Signs): string | null {
  const cells = table.split('\n').slice(1).join('\n').split(/\s+/);
  const used = Object.entries(signs).filter(([sign]) => cells.some((cell) => isMarked(cell, sign)));
  return used.length === 0 ? null : used.map(([sign, meaning]) => `${sign} ${meaning}`).join('; ');
}

/** A sign is a cell of its own, or follows a figure if it begins with a plus. */
function isMarked(cell: string, sign: string): boolean {
  return cell === sign || (sign.startsWith('+') && cell.endsWith(sign));
}
